"""Names of people, clients and institutions that nobody bears; the places do not exist."""

from __future__ import annotations

from functools import cache

from hengjian.citylab.chance import Stream

STEMS = [
    "远衡",
    "明尺",
    "云岚",
    "素衡",
    "泊原",
    "岭外",
    "沅芷",
    "禾木",
    "一苇",
    "广陌",
    "南浦",
    "瑞川",
    "汀洲",
    "望舒",
    "中矩",
    "松风",
    "百砺",
    "守拙",
    "正准",
    "青榆",
    "鹿鸣",
    "同尘",
    "砚山",
    "辰砂",
    "朗正",
    "微澜",
    "听澜",
    "持衡",
    "惟准",
    "慎度",
    "秉尺",
    "照微",
    "析毫",
    "知衡",
    "校微",
    "执规",
    "循矩",
    "度川",
    "量舟",
    "澄鉴",
    "鉴微",
    "毫厘",
    "端衡",
    "允准",
    "恪度",
    "规川",
    "衡洲",
    "准原",
    "尺泉",
    "砺川",
]
FIRST = "澄云望临白青沅泊汀砚松鹿禾岚素朗辰砂微听秉恪慎允端循执规矩衡鉴毫析知度量准尺砺川"
SECOND = "衡尺岚原芷木苇陌浦川洲舒矩风砺拙准榆鸣尘山砂正澜度微毫规鉴舟泉溪石桐"
SURNAMES = [
    "沈",
    "阮",
    "祁",
    "应",
    "祝",
    "屠",
    "容",
    "左",
    "成",
    "计",
    "卓",
    "卫",
    "颜",
    "柏",
    "毕",
    "陆",
    "闻",
    "司徒",
    "宇文",
    "慕容",
    "申屠",
    "闻人",
    "令狐",
    "尉迟",
    "濮阳",
    "公冶",
    "钟离",
    "澹台",
    "夏侯",
    "东方",
    "庄",
    "沐",
    "言",
    "桑",
    "逄",
    "佘",
    "郗",
    "仉",
    "缪",
    "蔚",
    "璩",
    "郏",
    "逯",
    "厍",
    "阙",
    "邰",
    "璩",
    "亓",
    "牧",
    "郤",
]
GIVEN_A = "知砚望见思青回小清舟鹤松云禾砂澜苇朗辰微秉恪慎允端循执听照析惟持守素南北渐远"
GIVEN_B = "白秋舒山余齐川禾舟满和拾澈朗衡微澜石溪桐岚原芷陌浦洲矩风鸣尘鉴泉章冉蘅樵"

SUFFIX = {
    "food": ("食品检测技术有限公司", "食品检验检测中心"),
    "environment": ("环境检测有限公司", "生态环境监测站"),
    "construction": ("工程质量检测有限公司", "建设工程质量检测站"),
    "building_material": ("建材检测有限公司", "建筑材料检验所"),
    "vehicle": ("机动车检测有限公司", "机动车检测站"),
    "tank": ("罐体检验技术有限公司", "罐体检验所"),
    "special_equipment": ("特种设备检测有限公司", "特种设备检验研究所"),
    "medical_device": ("医疗器械检测有限公司", "医疗器械检验所"),
    "ppe": ("防护用品检测有限公司", "防护用品检测中心"),
    "carbon": ("碳排放核查技术有限公司", "能源检测中心"),
    "cosmetics": ("化妆品检测有限公司", "化妆品检验所"),
    "drug": ("药包材检测有限公司", "药品检验所"),
    "fire": ("消防产品检测有限公司", "消防检测中心"),
    "jewelry": ("珠宝检测有限公司", "珠宝玉石质检站"),
    "fertilizer": ("农资检测有限公司", "肥料质量检验站"),
    "ebike": ("电动车检测有限公司", "电动自行车质检中心"),
    "children": ("儿童用品检测有限公司", "儿童用品质检中心"),
    "product": ("质量检测技术有限公司", "产品质量检验所"),
    "forensic": ("司法鉴定所", "司法鉴定中心"),
    "other": ("计量检测技术有限公司", "综合检验检测中心"),
}
SECTORS = ("食品加工", "餐饮", "商超", "污水处理", "化工", "施工", "建材", "制造", "物业", "运输", "农业", "电力")
TRADES = (
    "食品厂",
    "商行",
    "建设公司",
    "制造厂",
    "物业公司",
    "运输队",
    "合作社",
    "材料厂",
    "超市",
    "水务公司",
    "电子厂",
    "贸易行",
)
STREETS = ["石桥路", "鹿鸣街", "汀洲大道", "松风路", "望舒街", "沅芷路", "青榆巷", "南浦路", "砚山街", "云岚大道"]


def person_name(stream: Stream) -> str:
    """A person's name; surnames are rare on purpose."""
    a, b, c = stream.integers(3, 1 << 20)
    given = GIVEN_A[int(b) % len(GIVEN_A)]
    if int(c) % 5:
        given += GIVEN_B[int(c) % len(GIVEN_B)]
    return SURNAMES[int(a) % len(SURNAMES)] + given


@cache
def _brands() -> tuple[str, ...]:
    """The fifty of the design first, then pairs and triples of characters in a scattered order."""
    first, second = sorted(set(FIRST)), sorted(set(SECOND))
    many = len(first) * len(second)
    order = [rest * 389 % many for rest in range(many)]
    pairs = [first[k % len(first)] + second[k // len(first)] for k in order]
    triples = [pair + third for third in second[:4] for pair in pairs]
    return tuple(dict.fromkeys([*STEMS, *pairs, *triples]))


def brand(number: int) -> str:
    """The brand of an institution; no two have the same."""
    return _brands()[number]


def institution_name(place: str, stem: str, field: str, *, public: bool) -> str:
    """Full name: place, brand, trade."""
    return place + stem + SUFFIX[field][1 if public else 0]


def client_name(stream: Stream, place: str) -> str:
    """A client's name."""
    a, b, c = (int(i) for i in stream.integers(3, 1 << 20))
    return place + FIRST[a % len(FIRST)] + SECOND[b % len(SECOND)] + TRADES[c % len(TRADES)]


def address(stream: Stream, place: str) -> str:
    """A street address in a place that does not exist."""
    a, b = (int(i) for i in stream.integers(2, 1 << 20))
    return f"云泽省澄川市{place}{STREETS[a % len(STREETS)]}{1 + b % 290}号"
