"""Checks a proof of a balance with nothing of Plinth's: python3 check_balance.py PROOF.json KEY (needs openssl for Ed25519)."""
import base64, hashlib, json, os, re, subprocess, sys, tempfile

def refuse(why):
    sys.exit(f"false: {why}")

def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def node(digest, *sums):
    """A hash and two sums of 16 bytes: credit balances and debit balances, neither below zero nor beyond 128 bits."""
    if len(digest) != 32 or not all(0 <= each < 2**128 for each in sums):
        refuse("a node that cannot be")
    return digest + b"".join(each.to_bytes(16, "big") for each in sums)

def above(left, right):
    sums = (int.from_bytes(left[at:at + 16], "big") + int.from_bytes(right[at:at + 16], "big") for at in (32, 48))
    return node(sha256(b"\1", left, right), *sums)

def root_of(index, size, leaf, path):  # RFC 9162, 2.1.3.2, with sums
    last, root = size - 1, leaf
    for sibling in path:
        if last == 0:
            refuse("the path is too long")
        if index % 2 == 1 or index == last:
            root = above(sibling, root)
            while index % 2 == 0 and index != 0:
                index, last = index // 2, last // 2
        else:
            root = above(root, sibling)
        index, last = index // 2, last // 2
    return root if last == 0 else refuse("the path is too short")

def signed_text(note, verifier):
    name, key_id, encoded = verifier.strip().split("+", 2)
    key, (text, _, signatures) = base64.b64decode(encoded), note.rpartition("\n\n")
    signed = re.search(rf"^— {re.escape(name)} (\S+)$", signatures, re.M) or refuse("not signed under that name")
    signature = base64.b64decode(signed.group(1))
    if key[0] != 1 or not key_id == sha256(name.encode() + b"\n" + key)[:4].hex() == signature[:4].hex():
        refuse("the key is not its id")
    with tempfile.TemporaryDirectory() as folder:
        files = {"key": bytes.fromhex("302a300506032b6570032100") + key[1:], "text": f"{text}\n".encode(), "signed": signature[4:]}
        for name_of, content in files.items():
            with open(os.path.join(folder, name_of), "wb") as file: file.write(content)
        ask = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in text -sigfile signed"
        if subprocess.run(ask.split(), cwd=folder, capture_output=True).returncode != 0:
            refuse("the signature is not of the key")
    return name, text.split("\n")

def check(proof, verifier):
    name, (origin, day, *lines) = signed_text(proof["note"], verifier)
    if (origin, day) != (name + "/customer-balances", proof["businessDate"]) or not name.endswith("/" + proof["tenantId"]):
        refuse("the note is of another bank or day")
    total = next((line.split() for line in lines if line.split()[0] == proof["currency"]), None) or refuse("no such currency")
    decimals, accounts, size = len(total[2].partition(".")[2]), int(total[1]), proof["treeSize"]
    def minor(*amounts):
        if not all(re.fullmatch(r"(0|[1-9][0-9]*)(\.[0-9]+)?", each) and len(each.partition(".")[2]) == decimals for each in amounts):
            refuse("not amounts of this currency")
        return [int(each.replace(".", "")) for each in amounts]
    root = node(base64.b64decode(total[4]), *minor(total[2], total[3]))
    said = {part: value for part, value in proof.items() if part not in ("shares", "treeSize", "note")}
    one, two = proof["shares"]
    if said["schema"] != "plinth.balance/1" or accounts * 2 != size:
        refuse("a balance is two leaves of its tree")
    have = [0, 0]
    for number, share in enumerate((one, two), 1):
        text = json.dumps({**said, "share": number}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        leaf = node(sha256(base64.b64decode(share["salt"]), text.encode()), *minor(share["creditBalance"], share["debitBalance"]))
        path = [node(base64.b64decode(each["hash"]), *minor(each["creditBalances"], each["debitBalances"])) for each in share["path"]]
        leaf = sha256(b"\0", leaf) + leaf[32:]
        if not 0 <= share["leafIndex"] < size or root_of(share["leafIndex"], size, leaf, path) != root:
            refuse(f"share {number} is not in the totals")
        have = [old + new for old, new in zip(have, minor(share["creditBalance"], share["debitBalance"]))]
    if have != minor(proof["creditBalance"], proof["debitBalance"]) or min(have) > 0:
        refuse("the shares are not the balance")
    print(f"true: {proof['accountId']} had {proof['creditBalance']} {proof['currency']} and owed {proof['debitBalance']} on {day}; "
          f"all {accounts} accounts of {name} had {total[2]} and owed {total[3]}")

with open(sys.argv[1], encoding="utf-8") as proof_file:
    check(json.load(proof_file), sys.argv[2])
