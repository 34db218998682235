"""What somebody sent, made anew: only what a picture shows, or a document says, comes through.

A picture is decoded and encoded again, so that nothing else in its file survives: no place, no
camera, no second format behind it. A PDF is rebuilt without whatever could act. What a file is
called says nothing about what it is. `clean` is for a process of its own (`record.files.apart`):
decoders are large, and written in C.
"""

import re
import unicodedata
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath

import pikepdf
import pillow_heif
import puremagic
from PIL import Image, ImageOps

from record.files.pdf import disarmed

LONGEST_SIDE = 2560
PREVIEW_SIDE = 480
QUALITY, PREVIEW_QUALITY = 85, 75

MOST_PIXELS = 50_000_000
"""Of a picture that must be decoded whole."""
MOST_PIXELS_SCALED = 200_000_000
"""Of a JPEG that can be made smaller while it is decoded."""
MOST_SCANS = 100
"""Of a progressive JPEG; a camera makes about ten."""

PICTURES = {"JPEG", "PNG", "WEBP", "HEIF"}
JPEG, PDF = "image/jpeg", "application/pdf"
EXTENSIONS = {JPEG: ".jpg", PDF: ".pdf"}
LONGEST_NAME = 80

KINDS = "Yang dapat diterima: foto (JPEG, PNG, WebP, atau HEIC) dan dokumen PDF."
EMPTY = "Berkas ini kosong. Pilih berkas lain."
OTHER = f"Jenis berkas ini tidak dapat diterima. {KINDS}"
BROKEN = "Berkas ini rusak atau tidak lengkap. Buka dulu di perangkat Anda, lalu kirim yang utuh."
TOO_MANY_PIXELS = "Gambar ini terlalu besar untuk dibuka. Kirim foto dengan ukuran lebih kecil."
LOCKED = "PDF ini terkunci kata sandi. Kirim salinan yang tidak terkunci."


@dataclass(frozen=True)
class Cleaned:
    """`name` is safe to show and to save under; `preview` is a small JPEG, of pictures only."""

    name: str
    media_type: str
    data: bytes
    preview: bytes | None


class Unacceptable(Exception):
    """`why` is a sentence for whoever sent the file."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def clean(data: bytes, name: str) -> Cleaned:
    """Raises Unacceptable."""
    if not data:
        raise Unacceptable(EMPTY)
    match _kind(data):
        case "PDF":
            return Cleaned(safe_name(name, PDF), PDF, _pdf(data), None)
        case "picture":
            picture, preview = _picture(data)
            return Cleaned(safe_name(name, JPEG), JPEG, picture, preview)
        case _:
            raise Unacceptable(OTHER)


def safe_name(name: str, media_type: str) -> str:
    """Without the way to it, what cannot be seen, or a second ending: `../a.php.JPG` is
    `a_php.jpg`."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*')
    stem = PurePath(visible).stem.strip(". ").replace(".", "_")
    return (stem[:LONGEST_NAME].strip() or "berkas") + EXTENSIONS[media_type]


def _kind(data: bytes) -> str | None:
    """By content; whatever is not one of ours ends here, before any decoder sees it."""
    try:
        matches = puremagic.magic_string(data[:4096])
    except (puremagic.PureError, ValueError):
        return None
    guesses = {match.mime_type for match in matches}
    if data.startswith(b"%PDF-"):
        return "PDF"
    if guesses & {"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"}:
        return "picture"
    # HEIF has more brands than puremagic knows.
    return "picture" if pillow_heif.is_supported(data[:64]) else None


def _picture(data: bytes) -> tuple[bytes, bytes]:
    """The picture and its preview. Raises Unacceptable."""
    pillow_heif.register_heif_opener(thumbnails=False)
    # Our own limits, by kind; Pillow's would warn first.
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS_SCALED
    try:
        with Image.open(BytesIO(data), formats=sorted(PICTURES)) as opened:
            _sparing(opened, data)
            shown = ImageOps.exif_transpose(opened)
            shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
            flat = _flat(shown)
    except Unacceptable:
        raise
    except Image.DecompressionBombError as error:
        raise Unacceptable(TOO_MANY_PIXELS) from error
    except Exception as error:  # decoders raise whatever they like
        raise Unacceptable(BROKEN) from error
    small = flat.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS)
    return _jpeg(flat, QUALITY), _jpeg(small, PREVIEW_QUALITY)


def _sparing(opened: Image.Image, data: bytes) -> None:
    """Have a JPEG decoded small; nothing is decoded yet. Raises Unacceptable."""
    pixels = opened.width * opened.height
    whole = opened.format != "JPEG" or "progressive" in opened.info
    if pixels > (MOST_PIXELS if whole else MOST_PIXELS_SCALED):
        raise Unacceptable(TOO_MANY_PIXELS)
    if opened.format == "JPEG":
        # In a JPEG's data these two bytes are nothing but the beginning of a scan.
        if data.count(b"\xff\xda") > MOST_SCANS:
            raise Unacceptable(BROKEN)
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))


def _flat(picture: Image.Image) -> Image.Image:
    """Three colours, on white where it could be seen through; nothing else of it."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        ground = Image.new("RGB", seen.size, "white")
        ground.paste(seen, mask=seen.getchannel("A"))
        return ground
    flat = Image.new("RGB", picture.size)
    flat.paste(picture.convert("RGB"))
    return flat


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    written = BytesIO()
    picture.save(written, "JPEG", quality=quality, optimize=True)
    return written.getvalue()


def _pdf(data: bytes) -> bytes:
    """Raises Unacceptable."""
    try:
        return disarmed(data)
    except pikepdf.PasswordError as error:
        raise Unacceptable(LOCKED) from error
    except Exception as error:
        raise Unacceptable(BROKEN) from error
