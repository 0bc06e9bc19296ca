"""The tree agrees with Certificate Transparency's published roots, and with two verifiers that others wrote."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.evidence import merkle
from adapters.evidence.merkle import MemoryNodes, leaf_hash

INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
NODES = MemoryNodes(LEAVES)
# From the reference implementation of RFC 6962 (merkletree tests): the root over the first 0, 1, ... 8 inputs.
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# From the same tests: audit paths (leaf, size) and consistency proofs (old, new).
PATHS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): PATHS[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(count)]


@pytest.mark.rule("G4")
@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_that_certificate_transparency_published(size: int) -> None:
    assert merkle.root(NODES, size).hex() == ROOTS[size]
    assert merkle.root_of(NODES.levels[0][:size]).hex() == ROOTS[size]


@pytest.mark.rule("G4")
def test_the_proofs_are_those_that_certificate_transparency_published() -> None:
    for (index, size), path in PATHS.items():
        assert [node.hex() for node in merkle.inclusion_proof(NODES, index, size)] == path
    for (old, new), path in CONSISTENCY.items():
        assert [node.hex() for node in merkle.consistency_proof(NODES, old, new)] == path


@given(st.integers(1, 130), st.data())
def test_a_leaf_is_shown_to_be_in_every_tree_that_has_it_and_nowhere_else(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    nodes = MemoryNodes(hashes)
    index = data.draw(st.integers(0, size - 1))
    proof, root = merkle.inclusion_proof(nodes, index, size), merkle.root(nodes, size)
    assert merkle.verify_inclusion(hashes[index], index, size, proof, root)
    assert not merkle.verify_inclusion(leaf_hash(b"another"), index, size, proof, root)
    assert not merkle.verify_inclusion(hashes[index], index, size, proof, sha256(root).digest())
    assert not merkle.verify_inclusion(hashes[index], size, size, proof, root)
    assert not merkle.verify_inclusion(hashes[index], index, size, [*proof, root], root)
    if size > 1:
        assert not merkle.verify_inclusion(hashes[index], (index + 1) % size, size, proof, root)
        assert not merkle.verify_inclusion(hashes[index], index, size, proof[:-1], root)


@given(st.integers(1, 130), st.data())
def test_a_tree_continues_its_past_and_no_other(new: int, data: st.DataObject) -> None:
    nodes = MemoryNodes(leaves(new))
    old = data.draw(st.integers(0, new))
    proof = merkle.consistency_proof(nodes, old, new)
    old_root, new_root = merkle.root(nodes, old), merkle.root(nodes, new)
    assert merkle.verify_consistency(old, new, old_root, new_root, proof)
    assert not merkle.verify_consistency(old, new, sha256(old_root).digest(), new_root, proof)
    assert not merkle.verify_consistency(old, new, old_root, new_root, [*proof, new_root])
    assert not merkle.verify_consistency(new + 1, new, old_root, new_root, proof)
    if 0 < old < new:
        assert not merkle.verify_consistency(old, new, old_root, sha256(new_root).digest(), proof)
        assert not merkle.verify_consistency(old, new, old_root, new_root, proof[:-1])


@pytest.mark.rule("G4")
def test_every_proof_up_to_forty_leaves_satisfies_two_verifiers_of_others() -> None:
    tamperlog = pytest.importorskip("tamperlog.merkle")
    scales = pytest.importorskip("tlog_scales.tlog")
    hashes = leaves(40)
    nodes = MemoryNodes(hashes)
    for size in range(1, 41):
        root = merkle.root(nodes, size)
        assert root == tamperlog.merkle_root(hashes[:size])
        for index in range(size):
            proof = merkle.inclusion_proof(nodes, index, size)
            tamperlog.verify_inclusion(index, size, hashes[index], proof, root)
            scales.InclusionProof(index, size, proof).check(hashes[index], root)
        for old in range(1, size + 1):
            proof, old_root = merkle.consistency_proof(nodes, old, size), merkle.root(nodes, old)
            tamperlog.verify_consistency(old, old_root, size, root, proof)
            scales.ConsistencyProof(old, size, proof).check(old_root, root)


def test_a_leaf_or_a_past_that_is_not_there_has_no_proof() -> None:
    for index, size in ((8, 8), (-1, 8), (0, 0)):
        with pytest.raises(ValueError, match="no leaf"):
            merkle.inclusion_proof(NODES, index, size)
    with pytest.raises(ValueError, match="no tree"):
        merkle.consistency_proof(NODES, 5, 4)
