"""Made-up complaints whose subject is plain: nothing of any real data."""

import random
from collections.abc import Sequence

SUBJECTS = {
    "infrastruktur": "jalan berlubang aspal jembatan retak trotoar rusak drainase mampet gorong",
    "pendidikan": "sekolah guru murid kelas seragam ijazah buku ujian beasiswa kepala",
    "kesehatan": "puskesmas dokter obat pasien antrean bidan vaksin rawat inap ambulans",
    "lingkungan": "sampah menumpuk bau limbah sungai pabrik asap tercemar pohon tumbang",
}
COMMON = "mohon segera warga desa kami sudah lama sekali bapak bupati terima kasih lapor dekat"


def complaints(count: int, seed: int = 1, noise: float = 0.0) -> tuple[list[str], list[str]]:
    """Texts and their categories, evenly; of a share `noise` the category is any."""
    chance = random.Random(seed)
    texts, categories = [], []
    for number in range(count):
        category = list(SUBJECTS)[number % len(SUBJECTS)]
        texts.append(text_of(category, chance))
        if chance.random() < noise:
            category = chance.choice(list(SUBJECTS))
        categories.append(category)
    return texts, categories


def text_of(category: str, chance: random.Random) -> str:
    words: Sequence[str] = SUBJECTS[category].split()
    said = [
        *chance.sample(words, 4),
        *chance.sample(COMMON.split(), 5),
        str(chance.randrange(1, 30)),
    ]
    chance.shuffle(said)
    return " ".join(said)
