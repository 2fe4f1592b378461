"""复算双随机抽取（SRD-1）：python3 verify_srd1.py 证明包文件夹 [机构编号 …]；只用标准库，不联网，不写文件。"""
import fractions as fr, hashlib, hmac, json, pathlib, sys
def sha(data): return hashlib.sha256(data).hexdigest()
def mac(key, *parts): return hmac.digest(key, "\x1f".join(("SRD1", *parts)).encode(), "sha256")
def quotas(c, size):  # 配额：写明的，或最大余数法
    n, total, low = c.get("n", 0), sum(size.values()), {h: min(c.get("min_per_stratum", 0), m) for h, m in size.items()}
    q = c.get("quota") or {h: max(low[h], n * m // total) for h, m in size.items()}
    while "n" in c and (more := sum(q.values()) - n):
        off = [(q[h] * total - n * m, h) for h, m in size.items() if (q[h] > low[h] if more > 0 else q[h] < m)]
        q[(max if more > 0 else min)(off)[1]] -= 1 if more > 0 else -1
    return q
def rank(rows, n, pps):  # 一层按次序的 {编号: 概率}；键 u(1-π)/((1-u)π) 乘 2**600 取整，足以分开任何两个不同的键
    k, total, top = n, sum(w for _, _, w in rows), 10**99
    while pps and k and (new := [w for _, _, w in rows if w < top and k * w >= total]):
        k, total, top = k - len(new), total - sum(new), min(new)  # 权重太大的必定抽中，其余的重算
    pi = {w: str(fr.Fraction(*(k * w, total) if pps and w < top else (n, n if pps else len(rows)))) for *_, w in rows}
    def key(u, w): return -1 if w >= top else u * (total - k * w) * 2**600 // ((2**257 - u) * w) if pps and k else 0
    return {i: pi[w] for _, _, i, w in sorted((key(u, w), u, i, w) for u, i, w in rows)}
def staffed(seed, c, people, coi, targets, given):  # 派组：公布的派组本身证明可行，只须证明排在前面的人都派不成
    names, ban, use = c.get("slots", ["lead", "member"]), {*map(tuple, coi)}, {"lead": "lead", "field_expert": "expert"}
    cap = {p: c.get("caps", {}).get(p, -(-len(targets) * len(names) // len(people)) + 1) for p in people}
    slots, k, load = [(t, h, s) for t, h in targets for s in names], len(names), dict.fromkeys(people, 0)
    may = [[p for p, d in people.items() if (p, t) not in ban and (
            h in d["domains"] and d.get(use[s]) if s in use else not d.get("expert"))] for t, h, s in slots]
    own = [given.get(t, {}).get(s) for t, _, s in slots]
    held = {p: [x for x, q in enumerate(own) if q == p] for p in people}
    def instead(i, j):  # 这个岗位改派 j，其余岗位能否沿增广路补齐
        out = {p for p in people if len(held[p]) >= cap[p]} - {own[i]}
        todo = [x for x in range(i - i % k, i - i % k + k) if own[x] == j] or [x for x in held[j] if x > i and j in out]
        for x in todo:
            here = {j if y == i else own[y]: [y] for y in range(x - x % k, x - x % k + k) if y != x}
            if any(p != own[x] and p not in here and p not in out for p in may[x]): return True
            todo += {y for p in may[x] if p != own[x] for y in here.get(p, held[p]) if y > i and y not in todo}
        return not todo
    for i, (t, _, s) in enumerate(slots):
        me, past, turn = own[i], own[i - i % k:i], {p: (load[p], mac(seed, "pair", t, s, p), p) for p in may[i]}
        ahead = (p for p in may[i] if turn[p] < turn[me] and p not in past and load[p] < cap[p])
        if me not in turn or me in past or load[me] >= cap[me] or any(instead(i, p) for p in ahead): return {}, {}
        load[me] += 1
    return {t: dict(zip(names, own[i * k:i * k + k])) for i, (t, _) in enumerate(targets)}, load
def read(name): return pathlib.Path(sys.argv[1], name).read_bytes()
c, people, coi, shown, result = (json.loads(read(f + ".json")) for f in "commit inspectors coi reveal result".split())
rows = [line.split("\t") for line in read("roster.tsv").decode().split("\n")[1:-1]]
told, parts = c | shown | result, [*map(bytes.fromhex, shown.get("salts", []))]
salt = hashlib.sha256(b"".join(parts)).digest() if parts else bytes.fromhex(shown["salt"])
seed = mac(salt, "seed", sha(read("commit.json")), shown["entropy"])
tickets = {h: {i: mac(seed, "unit", h, i).hex() for i, g, _ in rows if g == h} for h in sorted({g for _, g, _ in rows})}
units = {h: [(2 * int(tickets[h][i], 16) + 1, i, int(w)) for i, g, w in rows if g == h] for h in tickets}
quota = quotas(c, {h: len(v) for h, v in units.items()})
pi = {h: rank(v, quota[h], c["method"] == "pareto") for h, v in units.items()}
sample = {h: [*v][:quota[h]] for h, v in pi.items()}
targets = [(i, h) for _, i, h in sorted((tickets[h][i], i, h) for h, v in sample.items() for i in v)]
teams, load = staffed(seed, c, people, coi, targets, result["assignment"])
ours = {f.split(".")[0] + "_sha256": sha(read(f)) for f in ("roster.tsv", "inspectors.json", "coi.json")}
ours.update(salt_sha256=[*map(sha, parts)] or sha(salt), salt=salt.hex(), seed=seed.hex(), quota=quota, tickets=tickets,
    pi=pi, order={h: [*pi[h]] for h in pi}, sample=sample, target_order=[*dict(targets)], assignment=teams, load=load)
for key, value in ours.items(): print("✓" if value == told.get(key) else "✗", key)
for i in sys.argv[2:]: print(i, *([h, v[i], tickets[h][i], [*v].index(i) + 1] for h, v in pi.items() if i in v))
print("承诺值", sha(read("commit.json")), "和熵", shown["entropy"], "请与事先、当场公布的核对")
sys.exit(any(value != told.get(key) for key, value in ours.items()))
