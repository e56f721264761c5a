"""Keys of one's own: taken where they are sound, refused by name where they are not."""

from pathlib import Path

import pytest

from qr_tui.commands.keymap import Keymap, display, is_text, normal, plain_key
from qr_tui.core.failures import Kind


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("n", "n"),
        ("N", "N"),
        ("?", "question_mark"),
        ("/", "slash"),
        ("-", "minus"),
        ("ctrl+g", "ctrl+g"),
        ("Esc", "escape"),
        ("PgDn", "pagedown"),
        ("F5", "f5"),
        ("space", "space"),
        ("nonsense", None),
        ("ctrl+", None),
        ("f25", None),
        ("", None),
    ],
)
def test_keys_are_read_as_people_write_them(written: str, name: str | None) -> None:
    assert normal(written) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [("question_mark", "?"), ("escape", "esc"), ("f5", "F5"), ("ctrl+g", "ctrl+g"), ("down", "↓"), ("f", "f")],
)
def test_keys_are_shown_as_people_read_them(name: str, shown: str) -> None:
    assert display(name) == shown


def test_arrows_are_words_in_ascii() -> None:
    assert display("down", ascii_only=True) == "down"


def test_what_a_text_field_eats() -> None:
    assert all(is_text(key) for key in ("n", "space", "slash", "question_mark"))
    assert not any(is_text(key) for key in ("f1", "ctrl+p", "escape", "up", "pagedown"))


def test_a_choice_replaces_every_default_key() -> None:
    keymap = Keymap({"tasks.new": "a, f7"})
    assert keymap.keys("tasks.new") == ("a", "f7")
    bound = {key: command.id for key, command in keymap.bindings("tasks")}
    assert bound["a"] == bound["f7"] == "tasks.new"
    assert "n" not in bound
    assert keymap.problems == []


def test_two_commands_may_swap_their_keys() -> None:
    keymap = Keymap({"tasks.new": "y", "tasks.copy_id": "n"})
    assert keymap.problems == []
    assert keymap.show("tasks.new") == "y"
    assert keymap.show("tasks.copy_id") == "n"


def test_a_persons_own_key_wins_over_a_default_and_it_is_known_which_gave_way() -> None:
    keymap = Keymap({"tasks.decide": "u", "tasks.new": "j"})
    assert keymap.problems == []
    assert keymap.keys("tasks.decide") == ("u",)
    assert keymap.keys("tasks.undo") == ()
    assert keymap.show("tasks.undo") == "ctrl+p undo"
    assert keymap.keys("tasks.down") == ("down",)
    assert keymap.gave_way == {("tasks.undo", "u"): "tasks.decide", ("tasks.down", "j"): "tasks.new"}
    assert list(keymap.clashes()) == []


def test_renamed_ids_are_taken_over_and_the_new_one_counts() -> None:
    assert Keymap({"tasks.toggle_finished": "ctrl+t"}).keys("tasks.quick_filter") == ("ctrl+t",)
    both = {"tasks.quick_filter": "f", "tasks.toggle_finished": "ctrl+t"}
    assert Keymap(both).keys("tasks.quick_filter") == ("f",)
    assert Keymap(both).problems == []


@pytest.mark.parametrize("keys", ["q", "question_mark", "ctrl+g"])
def test_the_ways_out_help_and_what_pays_never_give_way(keys: str) -> None:
    keymap = Keymap({"tasks.new": keys})
    assert len(keymap.problems) == 1
    assert keymap.keys("tasks.new") == ("n",)


@pytest.mark.parametrize(
    ("character", "key"),
    [("ｊ", "j"), ("Ａ", "A"), ("！", "exclamation_mark"), ("／", "slash"), ("、", "slash"), ("：", "colon"),
     ("？", "question_mark"), ("，", "comma"), ("　", "space"), ("１", "1"), ("j", None), ("你", None), ("", None)],
)  # fmt: skip
def test_what_full_width_letters_and_signs_stand_for(character: str, key: str | None) -> None:
    assert plain_key(character) == key


def test_two_choices_that_clash_are_named_and_the_defaults_stay() -> None:
    keymap = Keymap({"tasks.new": "z", "tasks.copy_id": "z"})
    (problem,) = keymap.problems
    assert problem.kind is Kind.KEYS
    assert "tasks.new" in str(problem.detail)
    assert "tasks.copy_id" in str(problem.detail)
    assert keymap.keys("tasks.new") == ("n",)
    assert list(keymap.clashes()) == []


def test_a_key_of_the_app_that_a_screen_has_is_the_app_s_where_a_person_says_so() -> None:
    keymap = Keymap({"app.connect": "n"})
    assert keymap.problems == []
    assert keymap.gave_way == {("tasks.new", "n"): "app.connect"}


def test_back_in_details_may_hide_quit_as_it_does_by_default() -> None:
    bound = {key: command.id for key, command in Keymap().bindings("details")}
    assert bound["q"] == "details.back"
    assert Keymap().problems == []


@pytest.mark.parametrize(
    ("command", "keys", "named"),
    [
        ("tasks.nothing", "a", "tasks.nothing"),
        ("tasks.new", "ctrl+s", "ctrl+s"),
        ("tasks.new", "ctrl+c", "ctrl+c"),
        ("tasks.new", "tab", "tab"),
        ("tasks.new", "blue", "blue"),
        ("tasks.new", " ", "tasks.new"),
    ],
)
def test_what_cannot_be_is_told(command: str, keys: str, named: str) -> None:
    keymap = Keymap({command: keys})
    (problem,) = keymap.problems
    assert named in str(problem.detail)
    assert keymap.keys("tasks.new") == ("n",)


def test_the_comma_itself_can_be_a_key() -> None:
    assert Keymap({"tasks.new": ",", "app.settings": "ctrl+o"}).keys("tasks.new") == ("comma",)


def test_where_letters_are_text_the_app_keeps_other_keys_only() -> None:
    bound = {key: command.id for key, command in Keymap().bindings("compose")}
    assert bound["f1"] == "app.help"
    assert bound["ctrl+p"] == "app.palette"
    assert not {"q", "question_mark", "colon", "C"} & set(bound)


def test_a_key_that_is_not_used_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[ui]\n[keys]\ntasks.copy_id = "z"\n"tasks.new" = "y y"\n')
    (problem,) = Keymap({"tasks.copy_id": "z", "tasks.new": "y y"}).problems
    assert str(problem.in_file(file).detail) == f"{file}: line 4: {problem.detail}"
    file.write_text('[keys]\ntasks.new = "q"\n')
    (clash,) = Keymap({"tasks.new": "q"}).problems
    assert clash.commands == ("tasks.new",)
    assert str(clash.in_file(file).detail).startswith(f"{file}: line 2: ")
    assert clash.in_file(file).kind is Kind.KEYS
    assert clash.in_file(tmp_path / "nowhere.toml") is clash


@pytest.mark.parametrize(
    "key", ["y", "G", "1", "space", "enter", "shift+enter", "alt+g", "alt+enter", "comma", "pagedown", "up", "delete"]
)
def test_rule_1_9_what_pays_is_never_on_a_key_that_is_hit_while_typing(key: str) -> None:
    keymap = Keymap({"compose.generate": f"f12, {key}"})
    (problem,) = keymap.problems
    assert "compose.generate" in str(problem.detail)
    assert key in str(problem.detail)
    assert keymap.keys("compose.generate") == ("ctrl+g", "f5", "ctrl+enter")


@pytest.mark.parametrize("key", ["f12", "ctrl+o", "ctrl+enter", "alt+f5"])
def test_what_pays_may_be_on_another_function_or_control_key(key: str) -> None:
    keymap = Keymap({"compose.generate": key})
    assert keymap.problems == []
    assert keymap.keys("compose.generate") == (key,)


def test_rule_1_9_no_other_command_of_any_screen_takes_a_paying_key() -> None:
    keymap = Keymap({"tasks.retry": "ctrl+g"})
    assert "compose.generate" in str(keymap.problems[0].detail)
    assert keymap.keys("tasks.retry") == ("R",)
