"""The city's people: citizens by number, operators, and what they complain about."""

import random
from typing import NamedTuple

from tests.bench.bulk import Bulk

OPERATORS = ("siti", "budi", "tono", "rina", "agus", "wati", "dedi", "lina", "yanto", "nur", "eko", "fitri")

ORIGIN = "pbx pts/0"
"""Where operators sit, as the history of tickets has it."""

NUMBERS = 100_000
"""0811-0000-00000 and on: nobody has them."""

NAMED = 0.7
"""How many have told their name."""

_FIRST = ("Ani", "Bambang", "Citra", "Dewi", "Endang", "Fajar", "Gita", "Hendra", "Indah", "Joko", "Kartika", "Lestari")
_LAST = ("Saputra", "Wijaya", "Hidayat", "Rahayu", "Nugroho", "Siregar", "Permata", "Kusuma", "Santoso", "Pratiwi")


class Subject(NamedTuple):
    """What people complain about: its category, the OPD that it goes to, and how they put it."""

    category: str | None
    opd: str
    text: str


SUBJECTS = (
    Subject("jalan berlubang", "DPUPR", "Jalan berlubang di {place}, sudah dua motor jatuh minggu ini. Tolong tambal."),
    Subject("banjir/drainase", "DPUPR", "Got di {place} tersumbat, setiap hujan air masuk rumah sampai lutut."),
    Subject("sampah", "DLHK", "Sampah menumpuk di {place} sejak hari Minggu dan tidak diangkut, baunya menyengat."),
    Subject("lampu jalan", "DISHUB", "Lampu jalan di {place} mati semua, gelap sekali dan rawan kecelakaan."),
    Subject("macet", "DISHUB", "Lampu merah di {place} rusak, macet panjang setiap pagi. Tolong kirim petugas."),
    Subject("pohon tumbang", "DLHK", "Pohon besar di {place} hampir tumbang dan menimpa kabel."),
    Subject("air PDAM", "PDAM", "Air PDAM di {place} keruh dan kecil alirannya sudah empat hari."),
    Subject("KTP/KK", "DISDUKCAPIL", "Sebulan mengurus KK di kelurahan dekat {place}, dimintai biaya, belum jadi."),
    Subject("bansos", "DINSOS", "Nama saya ada di daftar bansos RT di {place} tetapi bantuan tidak pernah sampai."),
    Subject("sekolah", "DISDIK", "Sekolah di dekat {place} meminta uang seragam yang tidak wajar, mohon diperiksa."),
    Subject("kesehatan", "DINKES", "Puskesmas di {place} tutup padahal masih jam pelayanan, pasien tidak dilayani."),
    Subject("keamanan", "SATPOLPP", "Pedagang menutup seluruh trotoar di {place}, pejalan kaki turun ke jalan."),
    Subject(None, "DISKOMINFO", "Warga di {place} bertanya tentang layanan internet gratis di taman kota."),
)

WORKING_DAYS_OPDS = ("DISDIK", "DISDUKCAPIL", "DINSOS")
"""Those that have three working days, and not 72 hours."""

ANSWERS = (
    "Sudah ditangani petugas lapangan hari ini di {place}.",
    "Tim sudah meninjau {place}, pekerjaan dijadwalkan minggu depan dan selesai dalam tiga hari.",
    "Laporan untuk {place} sudah diteruskan ke pelaksana, material menunggu pengiriman.",
    "Setelah diperiksa di {place}, masalahnya sudah selesai; terima kasih atas laporannya.",
)

NOTES = (
    "Warga menelepon lagi, minta dipercepat.",
    "PIC bilang petugas sedang di lapangan.",
    "Patokan: seberang minimarket, dekat pos ronda.",
)

_STREETS = ("Jl. Margonda Raya", "Jl. Juanda", "Jl. Nusantara", "Jl. Raya Bogor", "Jl. Kartini", "Jl. Siliwangi")


def place(drawn: random.Random) -> str:
    """Somewhere in the city."""
    return f"{drawn.choice(_STREETS)} no. {drawn.randrange(1, 400)}, RT {drawn.randrange(1, 13)}"


def number(citizen: int) -> str:
    """The number of the citizen with this id, from 1, without what comes before it at home or abroad."""
    return f"8110000{citizen - 1:05}"


def fill(bulk: Bulk, citizens: int, drawn: random.Random) -> None:
    """So many citizens, with the ids from 1 on."""
    if citizens > NUMBERS:
        raise ValueError(f"there are only {NUMBERS} numbers: {citizens}")
    rows = bulk.into("citizens", "id", "number", "name")
    for citizen in range(1, citizens + 1):
        name = f"{drawn.choice(_FIRST)} {drawn.choice(_LAST)}" if drawn.random() < NAMED else None
        rows.add(citizen, f"+62{number(citizen)}", name)


def someone(citizens: int, drawn: random.Random) -> int:
    """One of the citizens; some call again and again."""
    return 1 + int(drawn.random() * drawn.random() * citizens)
