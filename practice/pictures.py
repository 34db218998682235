"""Photos for the sample complaints, drawn: nobody's real photo is in the project."""

import random
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

SIZE = (960, 720)
WIDE, HIGH = SIZE

Draw = Callable[[ImageDraw.ImageDraw, random.Random], None]


def photo(what: str, seed: int) -> bytes:
    """JPEG of a hole, a dark lamp, rubbish, water, a fallen tree or a queue.

    Raises KeyError for anything else.
    """
    dice = random.Random(seed)  # noqa: S311 - not a secret
    picture = Image.new("RGB", SIZE, "#9db8cc")
    draw = ImageDraw.Draw(picture)
    PICTURES[what](draw, dice)
    picture = picture.filter(ImageFilter.GaussianBlur(1.6))
    noise = Image.effect_noise(SIZE, 26).convert("RGB")
    out = BytesIO()
    Image.blend(picture, noise, 0.12).save(out, "JPEG", quality=72)
    return out.getvalue()


def _road(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    """Hills, fields and a road that runs away from who looks."""
    for y, colour in ((250, "#7d9a78"), (310, "#6d8b5b"), (360, "#88a05c")):
        points = [(x, y - dice.randint(0, 60)) for x in range(0, WIDE + 120, 120)]
        draw.polygon([(0, HIGH), *points, (WIDE, HIGH)], fill=colour)
    draw.polygon([(430, 350), (530, 350), (900, HIGH), (60, HIGH)], fill="#5c5b59")
    for n in range(5):
        y, half = 380 + n * n * 18, 2 + n * 2
        draw.polygon(
            [(480 - half, y), (480 + half, y), (480 + half * 2, y + 30 + n * 8),
             (480 - half * 2, y + 30 + n * 8)], fill="#c9c6bb",
        )  # fmt: skip


def _hole(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    _road(draw, dice)
    for _ in range(dice.randint(2, 4)):
        x, y, wide = dice.randint(280, 620), dice.randint(500, 650), dice.randint(70, 150)
        draw.ellipse((x - wide, y - wide // 4, x + wide, y + wide // 4), fill="#3c3630")
        draw.ellipse((x - wide * 0.7, y - wide // 7, x + wide * 0.7, y + wide // 6), fill="#77695a")


def _lamp(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    draw.rectangle((0, 0, WIDE, HIGH), fill="#1d2433")
    draw.polygon([(0, 560), (WIDE, 520), (WIDE, HIGH), (0, HIGH)], fill="#141619")
    for _ in range(60):
        x, y = dice.randint(0, WIDE), dice.randint(0, 400)
        draw.point((x, y), fill="#cfd6e6")
    for x in (250, 660):
        draw.rectangle((x, 170, x + 12, 620), fill="#4a4f57")
        draw.rectangle((x, 165, x + 110, 177), fill="#4a4f57")
        draw.ellipse((x + 86, 168, x + 134, 196), fill="#2d3036")


def _rubbish(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    _road(draw, dice)
    for _ in range(130):
        x, y, size = dice.randint(120, 620), dice.randint(520, 690), dice.randint(12, 46)
        colour = dice.choice(("#e8e4da", "#2e4a8f", "#a33c34", "#d8b23a", "#3d3d3d", "#7fa5a0"))
        draw.polygon(
            [(x, y), (x + size, y - dice.randint(0, 20)), (x + size, y + size // 2),
             (x - size // 3, y + size // 2)], fill=colour,
        )  # fmt: skip


def _water(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    _road(draw, dice)
    draw.polygon([(0, 520), (WIDE, 480), (WIDE, HIGH), (0, HIGH)], fill="#8a7a5c")
    for _ in range(40):
        x, y = dice.randint(0, WIDE), dice.randint(520, 700)
        draw.line((x, y, x + dice.randint(40, 150), y), fill="#a9997a", width=3)


def _tree(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    _road(draw, dice)
    draw.polygon([(90, 520), (110, 560), (760, 620), (770, 585)], fill="#5b4330")
    for _ in range(90):
        x, y, size = dice.randint(520, 900), dice.randint(480, 660), dice.randint(14, 40)
        draw.ellipse((x, y, x + size, y + size), fill=dice.choice(("#3f6b35", "#2f5529")))


def _queue(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    draw.rectangle((0, 0, WIDE, 430), fill="#d9d3c4")
    draw.rectangle((0, 430, WIDE, HIGH), fill="#b6a994")
    draw.rectangle((620, 200, 920, 470), fill="#8d6f4f")
    draw.rectangle((620, 130, 920, 200), fill="#2c5d8a")
    for n in range(9):
        x, y = 70 + n * 62, 330 + dice.randint(-14, 14)
        draw.ellipse((x, y, x + 44, y + 48), fill="#8c5f45")
        colour = dice.choice(("#7a2f3b", "#2f5d50", "#39507f", "#c49a3c", "#5a5a5a"))
        draw.rounded_rectangle((x - 8, y + 46, x + 52, y + 230), 18, fill=colour)


PICTURES: dict[str, Draw] = {
    "hole": _hole,
    "lamp": _lamp,
    "rubbish": _rubbish,
    "water": _water,
    "tree": _tree,
    "queue": _queue,
}
