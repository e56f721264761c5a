from qr_tui.core.failures import Kind
from qr_tui.core.task import Status
from tests.support.cli import Shell, failed, task

FIELDS = (
    "key id status provider_status progress model route prompt enhanced_prompt parameters images image_roles video_url "
    "thumbnail_url expires_at file file_state file_size file_sha256 file_failure failure look_failure batch batch_line "
    "estimate base_url parent copy copies tags created_at submitted_at updated_at finished_at"
)


def test_an_empty_home_is_no_error(shell: Shell) -> None:
    assert shell("list").err == "no tasks\n"
    assert shell("list", "--json").json == []
    assert not shell.paths.store.exists()


def test_list_newest_first_with_the_fields_of_the_contract(shell: Shell) -> None:
    shell.put(task("old", ago=7200), task("new", ago=5, status=Status.RUNNING, progress=61.7, id="sora-2:task_abc"))
    listed = shell("list", "--json").json
    assert [item["prompt"] for item in listed] == ["new", "old"]
    assert set(listed[0]) == set(FIELDS.split())
    words = shell("list")
    assert words.code == 0
    assert "running  62 %      5s   sora-2-pro  9:16 15s  sora-2:task_abc" in words.out
    assert words.out.splitlines()[0].startswith("STATUS")


def test_filter_sort_reverse_and_limit(shell: Shell) -> None:
    shell.put(
        task("a boat", ago=10, status=Status.DONE), task("a kite", ago=20), failed(Kind.POLICY, "a boat too", ago=30)
    )
    assert [item["prompt"] for item in shell("list", "boat", "!status:failed", "--json").json] == ["a boat"]
    assert shell("list", "--sort", "oldest", "--json").json[0]["prompt"] == "a boat too"
    assert [item["prompt"] for item in shell("list", "--reverse", "--limit", "1", "--json").json] == ["a boat too"]
    assert shell("list", "nothing at all").err == "no task fits\n"


def test_a_filter_that_cannot_be_read_is_pointed_at(shell: Shell) -> None:
    result = shell("list", "boat", "age=soon", "--json")
    assert result.code == 2
    assert result.json["error"]["kind"] == "usage"
    assert "age=soon" in result.json["error"]["detail"]
