"""Roots of sum trees from the words of ADR 0029 and RFC 9162, 2.1.1: a list of leaves per line, a root per line."""
import hashlib, json, sys


def root(leaves):
    if len(leaves) == 1:
        commitment, credit, debit = leaves[0]
        sums = int(credit).to_bytes(16, "big") + int(debit).to_bytes(16, "big")
        return hashlib.sha256(b"\0" + bytes.fromhex(commitment) + sums).digest(), int(credit), int(debit)
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    parts = [root(leaves[:split]), root(leaves[split:])]
    text = b"".join(hash + credit.to_bytes(16, "big") + debit.to_bytes(16, "big") for hash, credit, debit in parts)
    return hashlib.sha256(b"\1" + text).digest(), parts[0][1] + parts[1][1], parts[0][2] + parts[1][2]


for line in sys.stdin:
    made, credit, debit = root(json.loads(line))
    print(made.hex(), credit, debit)
