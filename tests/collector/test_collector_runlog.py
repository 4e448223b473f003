"""The files of a log: whole lines, whole infos, nothing written over."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from pathlib import Path
from threading import Barrier

import pytest
from wattboard.collector import CollectorError, LogExistsError
from wattboard.collector.runlog import Claim, RunLogWriter, claim, last_sample


def test_a_folder_with_a_log_is_refused(tmp_path: Path) -> None:
    """The second tracker on a folder gets a message that says what is there and what to do."""
    claim(tmp_path)
    with pytest.raises(LogExistsError, match=r"found data\.json.*folder of its own"):
        claim(tmp_path)


def test_a_log_of_the_original_tool_is_not_written_over(tmp_path: Path) -> None:
    """A folder with info.pkl holds a log, too."""
    (tmp_path / "impacttracker").mkdir()
    (tmp_path / "impacttracker" / "info.pkl").touch()
    with pytest.raises(LogExistsError, match=r"info\.pkl"):
        claim(tmp_path)


def test_what_is_not_a_number_is_null(tmp_path: Path) -> None:
    """NaN and infinity, which JSON does not have, become null."""
    writer = RunLogWriter(claim(tmp_path).folder)
    writer.append({"timestamp": 1.0, "watts": [float("nan"), float("inf"), 2.5], "texts": {"ä": 1}})
    writer.close()
    text = (tmp_path / "impacttracker" / "data.json").read_text(encoding="utf-8")
    assert text == '{"timestamp":1.0,"watts":[null,null,2.5],"texts":{"ä":1}}\n'


def test_the_last_whole_line_is_found(tmp_path: Path) -> None:
    """A line that is being written is not read, and a long log is read from its end."""
    folder = claim(tmp_path).folder
    assert last_sample(folder) is None
    with (folder / "data.json").open("w") as file:
        file.writelines(json.dumps({"timestamp": n, "x": "y" * 1000}) + "\n" for n in range(200))
        file.write('{"timestamp": 200, "x"')
    sample = last_sample(folder)
    assert sample is not None
    assert sample["timestamp"] == 199


def test_a_single_line_is_found(tmp_path: Path) -> None:
    """The first sample is the last one until there is another."""
    folder = claim(tmp_path).folder
    (folder / "data.json").write_text('{"timestamp": 1}\n')
    assert last_sample(folder) == {"timestamp": 1}


def test_a_deleted_log_is_noticed(tmp_path: Path) -> None:
    """Linux would go on writing into the deleted file without a word."""
    folder = claim(tmp_path).folder
    writer = RunLogWriter(folder)
    (folder / "data.json").unlink()
    with pytest.raises(CollectorError, match="was deleted"):
        writer.append({"timestamp": 1.0})
    writer.close()


def test_info_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """While it is replaced, the old info stays readable; nothing else is left in the folder."""
    folder = claim(tmp_path).folder
    writer = RunLogWriter(folder)
    writer.write_info({"run": 1})
    writer.write_info({"run": 2})
    writer.close()
    assert json.loads((folder / "info.json").read_text()) == {"run": 2}
    assert sorted(path.name for path in folder.iterdir()) == ["data.json", "info.json"]


def test_of_many_that_want_a_folder_one_gets_it(tmp_path: Path) -> None:
    """However close together they come."""
    for n in range(20):
        start = threading.Barrier(4)
        claims: list[Claim] = []

        def compete(logdir: Path, start: Barrier, claims: list[Claim]) -> None:
            start.wait()
            with suppress(LogExistsError):
                claims.append(claim(logdir))

        arguments = (tmp_path / str(n), start, claims)
        threads = [threading.Thread(target=compete, args=arguments) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(claims) == 1


def test_a_part_has_a_folder_of_its_own(tmp_path: Path) -> None:
    """Of ranks above 0, and of each further piece; the run's own log is rank 0's."""
    assert claim(tmp_path, 3) == Claim(tmp_path / "impacttracker" / "part-rank-3", "rank-3")
    assert claim(tmp_path) == Claim(tmp_path / "impacttracker", "")
    assert claim(tmp_path, resume=True).part == "resume-2"
    assert claim(tmp_path, resume=True).part == "resume-3"
    assert claim(tmp_path, 3, resume=True).part == "rank-3-resume-2"


def test_a_log_that_a_writer_has_open_is_not_resumed(tmp_path: Path) -> None:
    """Only when the one that writes it is gone, in whatever way, it counts as ended."""
    writer = RunLogWriter(claim(tmp_path).folder)
    with pytest.raises(LogExistsError, match="another tracker is writing"):
        claim(tmp_path, resume=True)
    writer.close()
    assert claim(tmp_path, resume=True).part == "resume-2"


def test_text_that_is_no_unicode_does_not_stop_a_log(tmp_path: Path) -> None:
    """Such as a command line with bytes of another encoding, which Python marks in its own way."""
    folder = claim(tmp_path).folder
    writer = RunLogWriter(folder)
    writer.write_info({"command": "train \udcff"})
    writer.append({"timestamp": 1.0, "word": "\udcff"})
    writer.close()
    assert json.loads((folder / "info.json").read_text("utf-8")) == {"command": "train ?"}
    assert last_sample(folder) == {"timestamp": 1.0, "word": "?"}
