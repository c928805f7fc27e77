"""Checks a proof of Plinth with nothing of Plinth's: python3 check_proof.py PROOF.json KEY (needs openssl for Ed25519)."""
import base64, hashlib, json, os, re, subprocess, sys, tempfile


def refuse(why):
    sys.exit(f"false: {why}")


def jcs(value):
    """RFC 8785, of what proofs hold: strings, whole numbers, lists and objects."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{jcs(name)}:{jcs(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(jcs, value)) + "]"
    if isinstance(value, float):
        refuse("a number that is not whole")
    return json.dumps(value, ensure_ascii=False)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(index, size, leaf, hashes):
    """RFC 9162, 2.1.3.2."""
    node, last, root = index, size - 1, leaf
    for sibling in hashes:
        if last == 0:
            refuse("too many hashes")
        if node % 2 == 1 or node == last:
            root = sha256(b"\1", sibling, root)
            while node % 2 == 0 and node != 0:
                node, last = node // 2, last // 2
        else:
            root = sha256(b"\1", root, sibling)
        node, last = node // 2, last // 2
    return root if last == 0 else refuse("too few hashes")


def verify_ed25519(key, text, signature):
    with tempfile.TemporaryDirectory() as folder:
        files = {"key": bytes.fromhex("302a300506032b6570032100") + key, "text": text, "signature": signature}
        for name, content in files.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin",
                               "-in", "text", "-sigfile", "signature"], cwd=folder, capture_output=True).returncode == 0


def check(proof, verifier):
    name, key_id, encoded = verifier.strip().split("+", 2)
    key = base64.b64decode(encoded)
    if key[0] != 1 or sha256(name.encode() + b"\n" + key)[:4].hex() != key_id:
        refuse("the key is not its id")
    text, _, signatures = proof["checkpoint"].rpartition("\n\n")
    text += "\n"
    signed = re.search(rf"^— {re.escape(name)} (\S+)$", signatures, re.M) or refuse("not signed under that name")
    signature = base64.b64decode(signed.group(1))
    if signature[:4].hex() != key_id or not verify_ed25519(key[1:], text.encode(), signature[4:]):
        refuse("the signature is not of the key")
    origin, size, root = text.splitlines()
    evidence = proof["evidence"]
    if origin != name or not origin.endswith("/" + evidence["tenantId"]) or int(size) != proof["treeSize"]:
        refuse("the checkpoint is of another tree")
    if evidence["schema"] != "plinth.entry/1" or proof["leafIndex"] != evidence["entryNo"] - 1:
        refuse("the entry is another")
    leaf = sha256(b"\0", jcs(evidence).encode())
    if root_of(proof["leafIndex"], int(size), leaf, list(map(base64.b64decode, proof["hashes"]))) != base64.b64decode(root):
        refuse("the entry is not in the tree")
    for opening in proof["openings"]:
        kind, _, at = opening["part"].partition("/")
        committed = evidence["lines"][int(at)] if kind == "lines" else evidence["details"]
        if sha256(base64.b64decode(opening["salt"]), jcs(opening["value"]).encode()) != base64.b64decode(committed):
            refuse(opening["part"] + " is not what the entry says")
    print(f"true: entry {evidence['entryNo']} of {origin}, booked {evidence['bookingDate']}, shows {len(proof['openings'])} parts")


with open(sys.argv[1], encoding="utf-8") as proof_file:
    check(json.load(proof_file), sys.argv[2])
