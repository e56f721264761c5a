import re
import stat
import subprocess
import sys
from pathlib import Path

import certifi
import pytest

from qr_tui import config
from qr_tui.config.lines import line_of
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Request


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "config.toml"


def written(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


# reading ---------------------------------------------------------------------------------------------------------


def test_no_file_means_the_defaults(path: Path) -> None:
    assert config.load(path) == config.Settings()
    assert not path.parent.exists()


def test_an_empty_file_means_the_defaults(path: Path) -> None:
    assert config.load(written(path, "# nothing yet\n")) == config.Settings()


def test_every_section_is_read(path: Path) -> None:
    settings = config.load(
        written(
            path,
            """\ufeff
            [host]
            base_url = "https://relay.example/v1"
            [poll]
            first = 5
            [limits]
            videos_per_day = 20
            [ui]
            theme = "light"
            [keys]
            "tasks.new" = "N"
            tasks.copy_id = "c"
            [prices]
            veo3.1 = 2.5
            sora-2-pro = 4
            [models.mine]
            family = "sora"
            [views.3]
            name = "失败"
            filter = "status:failed age<2d"
            sort = "status"
            """,
        )
    )
    assert settings.host.base_url == "https://relay.example/v1"
    assert settings.poll.first == 5.0
    assert settings.poll.every == config.Poll().every
    assert settings.limits.videos_per_day == 20
    assert settings.keys == {"tasks.new": "N", "tasks.copy_id": "c"}
    assert settings.prices == {"veo3.1": 2.5, "sora-2-pro": 4.0}
    assert settings.views["3"].name == "失败"
    assert settings.models["mine"].family == "sora"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[poll]\n\nfirst = "x"', 3, "poll.first: expected a number, got a string"),
        ("[poll]\nfirst = true", 2, "poll.first: expected a number, got true or false"),
        ("[poll]\nfirst = 0.5", 2, "poll.first: must be 1 to 3600"),
        ("[poll]\nevery = 9000", 2, "poll.every: must be 1 to 3600"),
        ("[poll]\nlate = nan", 2, "poll.late: is no number anyone could mean"),
        ("[poll]\nlate = inf", 2, "poll.late: is no number anyone could mean"),
        ("[poll]\nin_flight = 1.5", 2, "poll.in_flight: expected an integer, got a number"),
        ("[poll]\nin_flight = 33", 2, "poll.in_flight: must be 1 to 32"),
        ("[poll]\nper_minute = 601", 2, "poll.per_minute: must be 1 to 600"),
        ("[poll]\nper_minute = 0", 2, "poll.per_minute: must be 1 to 600"),
        (f"[poll]\nper_minute = {10**40}", 2, "poll.per_minute: is no number"),
        ("[poll]\nfirst = 2020-01-01", 2, "poll.first: expected a number, got a date"),
        ("poll.frist = 1", 1, "poll.frist: not known; did you mean first?"),
        ("[pol]\nfirst = 1", 1, "pol: not known; did you mean poll?"),
        ("\n\nxyzzy = 1", 3, "xyzzy: not known; there are host, poll"),
        ("poll = 3", 1, "poll: expected a table, got an integer"),
        ("ui = []", 1, "ui: expected a table, got a list"),
        ("[limits]\nvideos_per_day = -1", 2, "limits.videos_per_day: must be 0 or more"),
        ('[ui]\ntheme = "blue"', 2, "ui.theme: must be one of dark, light"),
        ("[ui]\ntheme = 1", 2, "ui.theme: must be one of dark, light"),
        ("[keys]\na = 1", 2, "keys.a: expected a string, got an integer"),
        ("[prices]\nveo3.1 = -1", 2, "prices.veo3.1: must be 0 or more"),
        ('[host]\nbase_url = "ftp://x"', 2, "host.base_url: the base URL must begin with"),
        ('[host]\nbase_url = "https://u:hunter2@x"', 2, "host.base_url: the base URL must not hold a user"),
        ('[models.m]\nfamily = "vio"', 2, "models.m.family: not known; did you mean veo?"),
        ("[models.m]\nmax_images = -1", 2, "models.m.max_images: must be 0 or more"),
        ("[models.m]\nfields = [{}]", 2, "models.m.fields.name: is missing"),
        ('[[models.m.fields]]\nname = "x"\nvalues = [5]', 1, "models.m.fields: the default of x"),
        ("[[models.m.fields]]\nname = 1", 2, "models.m.fields.name: expected a string"),
        ('[[models.m.fields]]\nname = "x"\nvalues = [[1]]', 3, "models.m.fields.values: expected a string"),
        ('[[models.m.fields]]\nname = "x"\noptional = 1', 3, "expected true or false, got an integer"),
        ("[models.m]\nfields = 3", 2, "models.m.fields: expected a list, got an integer"),
        ('[views.1]\nfilter = ""', 1, "views.1.name: is missing"),
        ('[views]\na = {name = "x"}', 2, "views.a: a view stands under a digit"),
        ('[views.1]\nname = "x"\nsort = "best"', 3, "views.1.sort: must be one of newest"),
        ('[views.1]\nname = "x"\nfilter = "status:zz"', 3, "views.1.filter: zz is no status"),
        ("[ui\ntheme = 1", 1, "not valid TOML: "),
        ("[ui]\n\ntheme = ", 3, "not valid TOML: "),
        ('[ui]\ntheme = "dark', 2, "not valid TOML: "),
        ("[ui]\n[ui]", 2, "not valid TOML: "),
    ],
)
def test_an_error_names_file_line_and_key(path: Path, text: str, line: int, said: str) -> None:
    written(path, text)
    with pytest.raises(Trouble) as caught:
        config.load(path)
    assert caught.value.kind is Kind.CONFIG
    assert str(caught.value.detail).startswith(f"{path}: line {line}: ")
    assert said in str(caught.value.detail)
    assert "hunter2" not in str(caught.value.detail)
    settings, trouble = config.load_or_default(path)
    assert settings == config.Settings()
    assert trouble is not None
    assert trouble.detail == caught.value.detail
    assert path.read_text() == text


def test_one_mistake_leaves_every_other_setting_in_force(path: Path) -> None:
    written(
        path,
        """
        [limits]
        videos_per_day = 5
        [poll]
        frist = 5
        every = 20
        late = "x"
        [prices]
        veo3.1 = 2
        [keys]
        tasks.new = "N"
        tasks.copy_id = 3
        [models.good]
        family = "sora"
        [models.bad]
        family = "vio"
        max_images = 2
        [views.1]
        name = "mine"
        [views.2]
        filter = "status:failed"
        [views.3]
        name = "odd"
        filter = "status:zz"
        """,
    )
    settings, trouble = config.load_or_default(path)
    assert settings == config.Settings(
        limits=config.Limits(videos_per_day=5),
        poll=config.Poll(every=20),
        prices={"veo3.1": 2.0},
        keys={"tasks.new": "N"},
        models={"good": config.ModelAddition(family="sora")},
        views={"1": config.View(name="mine")},
    )
    assert trouble is not None
    assert (str(trouble.place), trouble.key, trouble.limits_known) == ("config.toml (line 5)", "poll.frist", True)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ('[ui]\ntheme = "blue"', True),
        ("[models.limits]\nmax_images = -1", True),
        ("[limits]\nvideos_per_day = -5", False),
        ("[limits]\nvideos_a_day = 5", False),
        ('[prices]\nveo3 = "2"', False),
        ("[limit]\nvideos_per_day = 5", False),
        ("[poll]\nvideos_per_day = 5", False),
        ("[ui]\ntheme = 1\n[limits]\ncredits_per_day = -1", False),
        ("videos_per_day = 5", False),
        ("limits = 5", False),
        ("[limits\n", False),
        (b"\xff", False),
    ],
)
def test_whether_the_limits_of_a_person_are_in_force(path: Path, text: str | bytes, known: bool) -> None:
    trouble = config.load_or_default(written(path, text))[1]
    assert trouble is not None
    assert trouble.limits_known is known


def test_a_hostile_file_is_quoted_inert(path: Path) -> None:
    written(path, '[keys]\n"\\u001b[2J" = 1')
    with pytest.raises(Trouble) as caught:
        config.load(path)
    assert "\x1b" not in str(caught.value.detail)
    written(path, b"x = 1\n[\x1b[2J = 1")
    with pytest.raises(Trouble) as caught:
        config.load(path)
    assert "\x1b" not in str(caught.value.detail)


def test_what_is_no_text_is_said(path: Path) -> None:
    written(path, b"# one\n\n# \xff\xfe")
    with pytest.raises(Trouble, match="line 3: this is not UTF-8 text"):
        config.load(path)


def test_a_folder_in_its_place_is_said(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(Trouble, match=re.escape(str(path))):
        config.load(path)


def test_deep_nesting_is_refused_not_a_crash(path: Path) -> None:
    written(path, "x = " + "[" * 100_000)
    with pytest.raises(Trouble):
        config.load(path)


def test_a_sound_file_says_nothing(path: Path) -> None:
    assert config.load_or_default(written(path, '[ui]\ntheme = "light"')) == (
        config.Settings(ui=config.Ui(theme="light")),
        None,
    )


@pytest.mark.parametrize(
    ("place", "line"),
    [("a.b", 2), ("a.'c d'", 3), ("a.x.y", 4), ("e.f.g", 7), ("e.f", 6), ("a.missing", 1), ("zz", None)],
)
def test_lines(place: str, line: int | None) -> None:
    text = "[a]\nb = 1\n'c d' = 2\nx.y = '''\nb = 3\n''' # [[e.f]]\n"
    text = "[a]\nb = 1\n'c d' = 2\nx.y = 4\n# [zz]\n[[e.f]] # here\ng = [\n1]\n"
    assert line_of(text, tuple(place.replace("'", "").split("."))) == line


# writing ---------------------------------------------------------------------------------------------------------

MINE = """\
# my settings
[ui]
theme = "dark"   # easy on the eyes

# the pace
[poll]
every = 20
first = 15

[keys]
tasks.new = "N"  # like vim
"tasks.copy_id" = "c"

[prices]
veo3.1 = 2
"""


def test_saving_keeps_comments_order_and_spelling(path: Path) -> None:
    written(path, MINE)
    config.save(path, {"ui.theme": "light", "keys.tasks.new": "m", "prices.veo3.1": 3, "poll.first": 12.5})
    expected = (
        MINE.replace('"dark"', '"light"')
        .replace('"N"', '"m"')
        .replace("veo3.1 = 2", "veo3.1 = 3")
        .replace("first = 15", "first = 12.5")
    )
    assert path.read_text() == expected


def test_what_is_new_is_added_and_none_takes_out(path: Path) -> None:
    written(path, MINE)
    view = {"name": "mine", "filter": "status:failed", "sort": "status", "reverse": True}
    config.save(
        path,
        {
            "views.1": view,
            "keys.tasks.quit": "X",
            "keys.tasks.copy_id": None,
            "keys.tasks.new": None,
            "host.ca_file": certifi.where(),
            "prices.sora-2-pro": 4,
            "limits.videos_per_day": None,
        },
    )
    settings = config.load(path)
    assert settings.views == {"1": config.View(**view)}  # type: ignore[arg-type]
    assert settings.keys == {"tasks.quit": "X"}
    assert settings.host.ca_file == certifi.where()
    assert settings.prices == {"veo3.1": 2.0, "sora-2-pro": 4.0}
    assert settings.ui.theme == "dark"
    assert "# my settings" in path.read_text()
    config.save(path, {"views.1": None})
    assert config.load(path).views == {}


def test_a_first_save_makes_a_private_file(path: Path) -> None:
    config.save(path, {"ui.theme": "light"})
    assert config.load(path).ui.theme == "light"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_link_to_a_file_kept_elsewhere_stays_a_link(path: Path, tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles" / "qr.toml"
    written(kept, MINE)
    path.parent.mkdir(parents=True)
    path.symlink_to(kept)
    config.save(path, {"ui.theme": "light"})
    assert path.is_symlink()
    assert 'theme = "light"' in kept.read_text()


@pytest.mark.parametrize("text", ["[ui\n", '[ui]\ntheme = "a', "\x00", "ui = 1\nui = 2"])
def test_a_file_that_cannot_be_understood_is_never_overwritten(path: Path, text: str) -> None:
    written(path, text)
    with pytest.raises(Trouble) as caught:
        config.save(path, {"ui.theme": "light"})
    assert caught.value.kind is Kind.CONFIG
    assert path.read_text() == text


def test_a_value_that_is_not_allowed_changes_nothing(path: Path) -> None:
    written(path, MINE)
    for changes in (
        {"ui.theme": "blue"},
        {"poll.first": 0},
        {"ui.themee": "dark"},
        {"nothing.here": 1},
        {"ui": "dark"},
        {"views.1": {"name": "x", "filter": "status:zz"}},
        {"views.x": {"name": "x"}},
        {"host.base_url": "ftp://x"},
    ):
        with pytest.raises(Trouble) as caught:
            config.save(path, changes)
        assert caught.value.kind is Kind.USAGE
        assert next(iter(changes)).partition(".")[0] in str(caught.value.detail)
        assert path.read_text() == MINE


def test_certificates_are_looked_into_when_they_are_set_and_only_then(path: Path, tmp_path: Path) -> None:
    empty = written(tmp_path / "empty.pem", "no certificate\n")
    for ca_file, what in (
        (str(empty), "holds no certificate"),
        (str(tmp_path / "nowhere.pem"), "No such file"),
        (str(tmp_path), "cannot be read"),
        ("a\0b", "cannot be read"),
    ):
        with pytest.raises(Trouble, match=f"host.ca_file: .*{what}") as caught:
            config.save(path, {"host.ca_file": ca_file})
        assert caught.value.kind is Kind.USAGE
        assert not path.exists()
    config.save(path, {"host.ca_file": certifi.where()})
    written(path, f'[host]\nca_file = "{tmp_path}/nowhere.pem"\n')
    config.save(path, {"ui.theme": "light"})
    assert config.load(path).host.ca_file == f"{tmp_path}/nowhere.pem"
    config.save(path, {"host.ca_file": None})


def test_a_file_with_a_mistake_elsewhere_is_never_overwritten(path: Path) -> None:
    text = '[ui]\n[poll]\nfirst = "x"\n'
    written(path, text)
    with pytest.raises(Trouble, match=r"line 3: poll\.first: expected a number") as caught:
        config.save(path, {"ui.theme": "light"})
    assert caught.value.kind is Kind.CONFIG
    with pytest.raises(Trouble) as caught:
        config.save(path, {"ui.theme": "blue"})
    assert caught.value.kind is Kind.USAGE
    assert path.read_text() == text


def test_a_change_that_mends_the_last_mistake_goes_through(path: Path) -> None:
    written(path, '[poll]\nfirst = "x"\nevry = 3\n[ui]\ntheme = "light"\n')
    with pytest.raises(Trouble, match=r"line 3: poll\.evry"):
        config.save(path, {"poll.first": 5})
    config.save(path, {"poll.first": 5, "poll.evry": None})
    assert config.load(path) == config.Settings(poll=config.Poll(first=5.0), ui=config.Ui(theme="light"))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('[ui]\ntheme = "light"\n', ""),
        ('# mine\n\n[ui]\ntheme = "light"\n\n[poll]\nevery = 20\n', "# mine\n\n[poll]\nevery = 20\n"),
        ('[ui] # looks\ntheme = "light"\n', "[ui] # looks\n"),
        ('[ui]\n# looks\ntheme = "light"\n', "[ui]\n# looks\n"),
        ('ui.theme = "light"\n', ""),
        ('ui = {theme = "light"}\n', ""),
        ('[ui]\ntheme = "light"\nglyphs = "ascii"\n', '[ui]\nglyphs = "ascii"\n'),
    ],
)
def test_a_table_that_is_left_empty_goes_unless_it_holds_a_comment(path: Path, text: str, left: str) -> None:
    written(path, text)
    config.save(path, {"ui.theme": None})
    assert path.read_text() == left


def test_an_empty_table_within_a_table_goes_too(path: Path) -> None:
    written(path, '[keys.tasks]\nnew = "N"\n')
    config.save(path, {"keys.tasks.new": None})
    assert path.read_text() == ""


def test_a_whole_number_is_written_as_it_was_typed(path: Path) -> None:
    for key, typed in (("limits.credits_per_day", "100"), ("poll.first", "12.5"), ("prices.veo3.1", "+2")):
        config.save(path, {key: config.from_text(key, typed)})
    assert "credits_per_day = 100\n" in path.read_text()
    assert "first = 12.5\n" in path.read_text()
    assert '"veo3.1" = 2\n' in path.read_text()
    assert config.load(path).limits.credits_per_day == 100.0


def test_a_section_of_another_type_is_refused(path: Path) -> None:
    written(path, "ui = 1\n")
    with pytest.raises(Trouble, match="ui: this is not a table"):
        config.save(path, {"ui.theme": "light"})
    assert path.read_text() == "ui = 1\n"


def test_dotted_and_inline_spellings_are_changed_in_place(path: Path) -> None:
    written(path, 'ui.theme = "dark"\npoll = {first = 5, every = 9}\n')
    config.save(path, {"ui.theme": "light", "poll.every": 8})
    assert path.read_text() == 'ui.theme = "light"\npoll = {first = 5, every = 8}\n'


def test_a_disk_that_cannot_be_written_leaves_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(path, MINE)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Trouble, match="cannot be written: No space left on device"):
        config.save(path, {"ui.theme": "light"})
    assert path.read_text() == MINE
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_an_edited_text_is_written_whole_or_not_at_all(path: Path) -> None:
    with pytest.raises(Trouble, match=r"line 2: ui\.theme: must be one of"):
        config.replace(path, "[ui]\ntheme = 'pink'\n", before="")
    with pytest.raises(Trouble, match="line 1: not valid TOML"):
        config.replace(path, "[ui\n", before="")
    assert not path.exists()
    assert config.replace(path, "# new\n[prices]\nveo3 = 2\n", before="").prices == {"veo3": 2.0}
    with pytest.raises(Trouble, match="another program has changed it"):
        config.replace(path, "[ui]\n", before="")
    assert path.read_text() == "# new\n[prices]\nveo3 = 2\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


# the table -------------------------------------------------------------------------------------------------------


def test_every_setting_is_described() -> None:
    rows = {row.key: row for row in config.DESCRIBE}
    for section in config.Settings.__struct_fields__:
        default = getattr(config.Settings(), section)
        names = getattr(default, "__struct_fields__", None)
        for key in [f"{section}.{name}" for name in names] if names else [section]:
            assert rows[key].help
            assert rows[key].default == config.value(config.Settings(), key)
    assert rows["ui.theme"].values == ("dark", "light")
    assert rows["notify.mode"].values == ("off", "bell", "full")
    assert (rows["poll.in_flight"].low, rows["poll.in_flight"].high) == (1, 32)
    assert [rows[key].kind for key in ("host.base_url", "poll.first", "poll.in_flight", "keys")] == [
        "text",
        "number",
        "integer",
        "table",
    ]


def test_a_value_by_its_key() -> None:
    settings = config.Settings(prices={"veo3.1": 2.0}, keys={"tasks.new": "n"})
    assert config.value(settings, "prices.veo3.1") == 2.0
    assert config.value(settings, "prices.other") is None
    assert config.value(settings, "keys.tasks.new") == "n"
    assert config.value(settings, "keys") == {"tasks.new": "n"}
    with pytest.raises(Trouble, match=r"did you mean ui\.theme"):
        config.value(settings, "ui.teme")


def test_typed_texts_become_values(path: Path) -> None:
    assert config.from_text("poll.first", " 12.5 ") == 12.5
    assert config.from_text("poll.in_flight", "8") == 8
    assert config.from_text("ui.theme", "light") == "light"
    assert config.from_text("prices.veo3.1", "2") == 2.0
    assert config.from_text("keys.tasks.new", "ctrl+n") == "ctrl+n"
    for key, text in (
        ("poll.first", "soon"),
        ("poll.in_flight", "1.5"),
        ("prices.x", "free"),
        ("views.1", "x"),
        ("models", "x"),
        ("nothing", "x"),
    ):
        with pytest.raises(Trouble) as caught:
            config.from_text(key, text)
        assert caught.value.kind is Kind.USAGE
        assert key in str(caught.value.detail)


def test_a_number_that_cannot_be_read_tells_its_range() -> None:
    for text in ("－5", "many"):
        with pytest.raises(Trouble, match=r"limits\.videos_per_day: expected an integer, 0 or more"):
            config.from_text("limits.videos_per_day", text)
    with pytest.raises(Trouble, match=r"poll\.first: expected a number, 1 to 3600"):
        config.from_text("poll.first", "soon")


# what others make of it ------------------------------------------------------------------------------------------


def test_the_base_url_comes_from_the_environment_first() -> None:
    settings = config.Settings(host=config.HostSettings(base_url="https://Relay.example/v1/"))
    assert config.base_url(settings, {}) == "https://relay.example"
    assert config.base_url(settings, {"QUICKROUTER_BASE_URL": " "}) == "https://relay.example"
    assert config.base_url(settings, {"QUICKROUTER_BASE_URL": "other.example"}) == "https://other.example"
    with pytest.raises(Trouble, match="QUICKROUTER_BASE_URL: the base URL must begin") as caught:
        config.base_url(settings, {"QUICKROUTER_BASE_URL": "ftp://x"})
    assert caught.value.kind is Kind.USAGE


def test_the_pace() -> None:
    pace = config.pace(config.Settings())
    assert (pace.first, pace.early, pace.early_spread, pace.late) == (10.0, 10.0, 5.0, 30.0)
    slow = config.pace(config.Settings(poll=config.Poll(every=60, late=30, in_flight=2, per_minute=7)))
    assert slow.late == 60
    assert (slow.in_flight, slow.per_minute) == (2, 7)


def test_a_model_of_ones_own(path: Path) -> None:
    written(
        path,
        """
        [models."sora-3"]
        family = "sora-2"
        max_images = 2
        note = "new"
        [[models."sora-3".fields]]
        name = "duration"
        values = [20, 40]
        default = 20
        [[models."sora-3".fields]]
        name = "style"
        control = "text"
        optional = true
        [models.bare]
        [models."veo4"]
        family = "veo"
        """,
    )
    catalogue = config.catalogue(config.load(path))
    sora = catalogue.get("sora-3")
    assert (sora.family, sora.max_images, sora.note, sora.retired) == ("sora", 2, "new", None)
    duration = sora.field("duration")
    assert duration is not None
    assert (duration.values, duration.label) == ((20, 40), "duration")
    assert sora.defaults()["orientation"] == "portrait"
    assert "style" not in sora.defaults()
    assert catalogue.get("bare").fields == ()
    assert catalogue.get("bare").family == "custom"
    assert catalogue.get("veo4").field("enhance_prompt") is not None
    assert not catalogue.warnings(catalogue.complete(Request(model="sora-3", prompt="x", parameters={"style": "oil"})))


def test_reading_defaults_imports_neither_tomlkit_nor_the_table() -> None:
    code = (
        "import sys; from pathlib import Path; from qr_tui import config; config.load(Path('/nonexistent'));"
        "print({'tomlkit', 'qr_tui.config.describe', 'qr_tui.config.check'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
