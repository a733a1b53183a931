"""Folders and zips, as learning platforms export them, become one target a student."""

import io
import os
import re
import struct
import zipfile

import pytest

from demos.grade.submissions.exports import names_in_gradescope, owner_of
from demos.grade.submissions.handed_in import targets_of

ENGINE = "class Value:\n    def backward(self): pass\n"


@pytest.fixture
def handed(tmp_path):
    """Writes files into a folder; a function that gives the targets in it, or in what is named instead."""
    folder, unpacked = tmp_path / "class", tmp_path / "unpacked"
    unpacked.mkdir()

    def handed(files, *named, **options):
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return targets_of([str(folder / name) for name in named or [""]], unpacked, **options)

    return handed


def zip_of(files, compression=zipfile.ZIP_DEFLATED):
    """A zip as bytes; a name may be a ZipInfo."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()


def with_flags(content, changed):
    """The zip with the flags of its first member changed, where it lies and where it is listed."""
    content = bytearray(content)
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = content.index(signature) + offset
        struct.pack_into("<H", content, at, changed(*struct.unpack_from("<H", content, at)))
    return bytes(content)


def test_moodle_names_students_in_folders_or_files(handed):
    """With folders and without; in every script, and two of one name told apart by their numbers."""
    targets = handed(
        {
            "Zoë Nguyễn_12_assignsubmission_file_/engine.py": ENGINE,
            "山田 太郎_13_assignsubmission_file_/engine.py": ENGINE,
            "O'Neil Mary-Ann_14_assignsubmission_file/engine.py": ENGINE,
            "Ada Lovelace_15_assignsubmission_file_my engine.py": ENGINE,
            "Ada Lovelace_16_assignsubmission_file_engine.py": ENGINE,
            "Ben Li_17_assignsubmission_onlinetext_/onlinetext.html": "<p>class Value",
        }
    )
    assert [(target.student, target.name) for target in targets] == [
        ("Ada Lovelace (15)", "my engine.py"),
        ("Ada Lovelace (16)", "engine.py"),
        ("Ben Li", ""),
        ("O'Neil Mary-Ann", "engine.py"),
        ("Zoë Nguyễn", "engine.py"),
        ("山田 太郎", "engine.py"),
    ]
    assert targets[2].refused == "holds no .py and no .ipynb file: onlinetext.html"


def test_canvas_puts_several_files_of_a_student_beside_one_another(handed):
    """They are brought together under the names that the student gave, and lateness is told."""
    targets = handed(
        {
            "lovelaceada_LATE_101_2001_engine-1.py": ENGINE,
            "lovelaceada_LATE_101_2002_nn.py": "from engine import Value",
            "hopperg_102_2003_engine.py": ENGINE,
            "anon_x7Yq2_2004_engine.py": ENGINE,
        }
    )
    assert [(target.student, target.name, target.notes) for target in targets] == [
        ("anon", "engine.py", ()),
        ("hopperg", "engine.py", ()),
        ("lovelaceada", "engine.py", ("handed in late",)),
    ]
    assert [name for name, _ in targets[2].files] == ["nn.py"]


def test_gradescope_names_students_in_a_file_beside_the_folders(handed):
    """Also groups, and names that YAML has to quote."""
    metadata = (
        "---\nsubmission_7:\n  :submitters:\n  - :name: Ada Lovelace\n    :sid: '1'\n  - :name: 'D''Arcy'\n"
        'submission_8:\n  :submitters:\n  - :name: "Zo\\u00eb"\n    :email: z@x.edu\n'
    )
    targets = handed(
        {
            "export/submission_metadata.yml": metadata,
            "export/submission_7/engine.py": ENGINE,
            "export/submission_8/engine.py": ENGINE,
            "export/submission_9/engine.py": ENGINE,
        }
    )
    assert [target.student for target in targets] == ["Ada Lovelace, D'Arcy", "Zoë", "submission_9"]


def test_a_number_in_a_name_makes_no_student():
    """Only a number as platforms have them, in its place."""
    assert owner_of("engine_2.py") is None and owner_of("test_1_2.py") is None
    assert owner_of("Ada Lovelace_1234_engine.py").file == "engine.py"


def test_of_several_files_the_one_that_defines_the_engine_is_graded(handed):
    """The others go along under their own paths; which of two engines was taken is told."""
    targets = handed(
        {
            "Ada/main/test_engine.py": "from engine import Value\nclass Value(Value): pass",
            "Ada/main/engine.py": ENGINE,
            "Ada/main/engine_old.py": ENGINE,
            "Ada/main/data/moons.csv": "1,2",
            "Ben/x.ipynb": '{"cells": [{"source": ["class Value:\\n"]}]}',
            "Ben/nn.py": "import x",
        }
    )
    assert [(target.student, target.name) for target in targets] == [
        ("Ada", "main/engine.py"),
        ("Ben", "x.ipynb"),
    ]
    assert [name for name, _ in targets[0].files] == [
        "main/engine_old.py",
        "main/test_engine.py",
        "main/data/moons.csv",
    ]
    assert targets[0].notes == ("main/engine.py is graded; main/engine_old.py would do, too",)


def test_a_folder_of_files_is_a_class_unless_they_import_one_another(handed):
    """ada.py and ben.py are two students; engine.py, nn.py and test.py are one."""
    apart = handed({"week1/ada.py": ENGINE, "week1/ben.py": "x = 1"}, "week1")
    assert [(target.student, target.name) for target in apart] == [
        ("", "ada.py"),
        ("", "ben.py"),
    ]
    one = handed({"Ada L/engine.py": ENGINE, "Ada L/nn.py": "from engine import Value"}, "Ada L")
    assert [(target.student, target.name) for target in one] == [("Ada L", "engine.py")]
    package = {"setup.py": "", "demo.py": "import own.nn", "own/engine.py": ENGINE, "test/test_all.py": ""}
    one = handed({f"Ben/{name}": text for name, text in package.items()}, "Ben")
    assert [(target.student, target.name) for target in one] == [("Ben", "own/engine.py")]


def test_a_single_file_takes_along_what_it_imports_and_nothing_that_is_graded(handed):
    """Modules beside it and packages, also those that they import; never another submission."""
    files = {
        "ada.py": "from nn import MLP\nimport ben\n" + ENGINE,
        "ben.py": ENGINE,
        "nn.py": "import tools.draw",
        "tools/draw.py": "",
        "other.py": "",
    }
    ada, ben = handed(files, "ada.py", "ben.py")
    assert [name for name, _ in ada.files] == ["nn.py", "tools/draw.py"]
    assert ben.files == ()


def test_what_systems_and_tools_leave_behind_is_skipped(handed):
    """In folders and in zips."""
    junk = {
        "__MACOSX/._engine.py": b"\0",
        ".DS_Store": b"\0",
        ".ipynb_checkpoints/engine-checkpoint.py": ENGINE,
        "__pycache__/engine.cpython-311.pyc": b"\0",
    }
    [target] = handed({f"Ada/{name}": text for name, text in {**junk, "engine.py": ENGINE}.items()})
    assert (target.student, target.name, target.files) == ("Ada", "engine.py", ())
    [target] = handed({"one.zip": zip_of({**junk, "engine.py": ENGINE})}, "one.zip")
    assert (target.name, target.files) == ("engine.py", ())


def test_a_zip_of_a_class_may_hold_the_zips_of_students(handed):
    """And those one zip more; what is deeper is refused by name."""
    deep = zip_of({"a.zip": zip_of({"b.zip": zip_of({"engine.py": ENGINE})})})
    export = {
        "Ada_1_assignsubmission_file_/hw.zip": zip_of({"hw/engine.py": ENGINE, "hw/nn.py": ""}),
        "Ben_2_assignsubmission_file_/hw.zip": zip_of({"in.zip": zip_of({"engine.py": ENGINE})}),
        "Cem_3_assignsubmission_file_/hw.zip": deep,
    }
    ada, ben, cem = handed({"class.zip": zip_of(export)}, "class.zip")
    assert (ada.student, ada.name, ada.refused) == ("Ada", "hw/engine.py", "")
    assert [name for name, _ in ada.files] == ["hw/nn.py"]
    assert ada.text.endswith("class.zip/Ada_1_assignsubmission_file_/hw.zip/hw/engine.py")
    assert (ben.name, ben.refused) == ("engine.py", "")
    assert re.fullmatch(r"is refused: '.*/hw.zip/a.zip/b.zip' is a zip in a zip in a zip", cem.refused)


def linked(name):
    """A member of a zip that is a symbolic link."""
    member = zipfile.ZipInfo(name)
    member.external_attr = 0o120777 << 16
    return member


LZMA = zip_of({"engine.py": ENGINE}, zipfile.ZIP_LZMA).replace(
    b"engine.py\t\x04\x05\x00\x5d", b"engine.py\t\x04\x05\x00\xff"
)
"""A zip whose compressed bytes ask for what no decoder has."""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            zip_of({"../x.py": ENGINE}),
            "is refused: it holds '../x.py', which would be written outside its folder",
        ),
        (zip_of({"/etc/x.py": ENGINE}), "'/etc/x.py', which would be written outside"),
        (zip_of({"a\\..\\..\\x.py": ENGINE}), "which would be written outside"),
        (zip_of({"C:/x.py": ENGINE}), "'C:/x.py', which would be written outside"),
        (zip_of({"a/" * 1900 + "x.py": ENGINE}), "is refused: it holds folders within folders"),
        (LZMA, "cannot be unpacked: "),
        (zip_of({linked("x.py"): "/etc/passwd"}), "is refused: 'x.py' in it is a link"),
        (
            zip_of({"engine.py": ENGINE, **{f"{at}.txt": b"\0" * (1 << 24) for at in range(5)}}),
            "unpacks to more than 64 MB",
        ),
        (zip_of({f"{at}.py": "" for at in range(20_001)}), "holds 20,001 files; 20,000 are allowed"),
        (b"PK\3\4 no zip", "cannot be unpacked: File is not a zip file"),
        (zip_of({"engine.py": ENGINE})[:-30], "cannot be unpacked: "),
    ],
    ids=["up", "root", "backslashes", "drive", "deep", "damaged", "link", "bomb", "many", "no zip", "cut"],
)
def test_a_zip_that_does_harm_is_refused_by_name_and_the_class_goes_on(handed, tmp_path, content, says):
    """It is that student's finding; nothing is written outside, and the next student is graded."""
    ada, ben = handed({"Ada/hw.zip": content, "Ben/engine.py": ENGINE})
    assert says in ada.refused and ada.student == "Ada"
    assert (ben.student, ben.refused) == ("Ben", "")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["class", "unpacked"]


def test_an_encrypted_zip_is_refused(handed):
    """The flag of its first member says it."""
    content = with_flags(zip_of({"engine.py": ENGINE}), lambda flags: flags | 1)
    [ada, _] = handed({"Ada/hw.zip": content, "Ben/engine.py": ENGINE})
    assert ada.refused == "is refused: 'engine.py' in it is encrypted"


@pytest.mark.skipif(os.name != "posix", reason="links need a privilege on Windows")
def test_a_link_in_a_folder_is_refused(handed, tmp_path):
    """It would lead to what the student has not handed in."""
    (tmp_path / "class" / "Ada").mkdir(parents=True)
    (tmp_path / "class" / "Ada" / "engine.py").symlink_to(__file__)
    ada, _ = handed({"Ben/engine.py": ENGINE})
    assert re.fullmatch(r"is refused: '.*/Ada/engine.py' is a link", ada.refused)


def test_names_that_macos_writes_in_zips_are_read(handed):
    """UTF-8 without the flag that says so, accents apart from their letters."""
    raw = zip_of(
        {"Zoe\u0308_1_assignsubmission_file_/engine.py": ENGINE, "B_2_assignsubmission_file_x.py": ""}
    )
    content = with_flags(raw, lambda flags: flags & ~0x800)
    assert [target.student for target in handed({"c.zip": content}, "c.zip")] == ["B", "Zoë"]


def test_what_holds_nothing_to_grade_says_what_it_holds(handed):
    """An empty folder, and one of pictures."""
    [target] = handed({"x/a.png": b"", "x/b.pdf": b""}, "x")
    assert target.refused == "holds nothing to grade: a.png, b.pdf"
    [target] = handed({"hw.rar": b"Rar!"}, "hw.rar")
    assert target.problem == (
        "is not a .py file, a notebook (.ipynb), a folder or a zip; unpack other archives first"
    )


def test_for_tests_the_file_of_tests_is_taken(handed):
    """With --tests a student's engine is what goes along."""
    [target] = handed(
        {"Ada/engine.py": ENGINE, "Ada/test_engine.py": "from engine import Value\ndef test_a(): pass"},
        tests=True,
    )
    assert target.name == "test_engine.py"


def test_a_gradescope_file_that_is_none_names_nobody(tmp_path):
    """Whatever it holds."""
    (tmp_path / "submission_metadata.yml").write_bytes(b"\xff:name: x\n:name: y")
    assert names_in_gradescope(tmp_path) == {}
