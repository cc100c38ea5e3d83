"""Notes and frames."""

from dagnet_realtime.core.dagnet.annotations import read_containers, read_postits


def test_notes_and_frames_have_a_size_whatever_the_file_says() -> None:
    """GRA-4: what does not fit reads as absent."""
    (note,) = read_postits({"postits": [{"text": "x", "width": -1, "height": "tall"}, None]})
    assert (note.x, note.width, note.height) == (0.0, 200.0, 150.0)
    (frame,) = read_containers({"containers": [{"label": "x", "x": 3, "width": 9}]})
    assert (frame.x, frame.width, frame.height) == (3.0, 9.0, 300.0)
    assert read_postits({"postits": {}}) == ()
