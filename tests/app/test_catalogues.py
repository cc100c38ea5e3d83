"""Reading folders once."""

from pathlib import Path

from dagnet_realtime.app.catalogues import read_catalogues


def test_each_folder_has_a_catalogue_even_where_there_is_none(tmp_path: Path) -> None:
    """GRA-2: what cannot be read is said."""
    (tmp_path / "a/graphs").mkdir(parents=True)
    (tmp_path / "a/graphs/g.json").write_text('{"nodes": []}')
    found = read_catalogues({"a": tmp_path / "a", "b": tmp_path / "b"})
    assert set(found["a"].graphs) == {"g"}
    assert "does not exist" in found["b"].errors[0].text
