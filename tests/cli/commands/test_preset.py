from tests.cli.commands.test_create import body
from tests.support.cli import Shell

PRESET = """
[presets.boat]
prompt = "a {{what}} boat in {the rain|fog}, __light__"
model = "veo3.1-fast"
aspect_ratio = "9:16"
tags = ["boats"]
[presets.boat.vars]
what = "paper"
"""


def prepared(shell: Shell) -> None:
    folder = shell.paths.config_file.parent
    (folder / "lists").mkdir(parents=True)
    (folder / "lists" / "light.txt").write_text("# light\ndawn\ndusk\n")
    shell.paths.config_file.write_text(PRESET)


def test_without_asking_every_letter_is_sent(shell: Shell) -> None:
    text = "a {{what}} boat in {the rain|fog}, __light__"
    assert body(shell, text)["prompt"] == text


def test_a_preset_stands_for_its_prompts(shell: Shell) -> None:
    prepared(shell)
    shown = shell("create", "--preset", "boat", "--dry-run", "--json").json
    assert shown["prompts"] == [
        f"a paper boat in {place}, {light}" for place in ("the rain", "fog") for light in ("dawn", "dusk")
    ]
    assert (shown["body"]["model"], shown["body"]["aspect_ratio"]) == ("veo3.1-fast", "9:16")
    some = shell(
        "create", "--preset", "boat", "--var", "what=big", "--expand", "2", "--seed", "7", "--dry-run", "--json"
    )
    assert len(some.json["prompts"]) == 2
    assert all(prompt.startswith("a big boat") for prompt in some.json["prompts"])
    assert "seed 7" in some.err
    (listed,) = shell("preset", "--json").json
    assert (listed["name"], listed["holes"], listed["prompts"]) == ("boat", ["what"], 4)
    assert "a {{what}} boat" in shell("preset", "boat").out
    assert shell("preset", "ship").code == 2
    assert shell("create", "--preset", "ship", "--dry-run").code == 2


def test_every_prompt_is_a_task_and_the_estimate_is_in_sight(live: Shell) -> None:
    prepared(live)
    live.paths.config_file.write_text(PRESET + "\n[prices]\n'veo3.1-fast' = 0.5\n")
    assert live("create", "--preset", "boat", "--dry-run", "--json").json["estimate"] == 2.0
    made = live("create", "--preset", "boat", "--expand", "3", "--json")
    assert made.code == 0, made.err
    assert len({task["prompt"] for task in made.json}) == 3
    assert {task["estimate"] for task in made.json} == {0.5}
    assert all("boats" in task["tags"] and any(tag.startswith("seed:") for tag in task["tags"]) for task in made.json)


def test_all_or_none_of_them_are_sent(live: Shell) -> None:
    live.paths.config_file.parent.mkdir(parents=True)
    live.paths.config_file.write_text("[limits]\nvideos_per_day = 3\n")
    result = live("create", "{a|b|c|d}", "--expand", "all")
    assert result.code == 6
    assert live("list", "--json").json == []


def test_mistakes_are_named_and_very_many_ask(shell: Shell) -> None:
    assert "column 8" in shell("create", "a boat {a|b", "--expand", "all", "--dry-run").err
    assert shell("create", "a {{b}}", "--var", "b", "--dry-run").code == 2
    assert shell("create", "a {{b}}", "--expand", "all", "--dry-run").code == 2
    assert shell("create", "{a|b}", "--expand", "some", "--dry-run").code == 2
    many = shell("create", "{a|b}" * 9, "--expand", "all")
    assert many.code == 2
    assert "512 videos" in many.err
    folder = shell.paths.config_file.parent
    folder.mkdir(parents=True, exist_ok=True)
    shell.paths.config_file.write_text("[presets.boat]\nmodel = 'x'\n")
    broken = shell("preset")
    assert broken.code != 0
    assert "presets.boat.prompt" in broken.err
