"""Field codes of the data contract, with the words a ledger may use for them."""

from __future__ import annotations

FIELD_SPEC = """
food:食品/食品检验/食用农产品 product:产品质量/工业产品/产品 special_equipment:特种设备
vehicle:机动车检验/机动车/机动车检测
tank:常压液体危险货物罐体/罐体 construction:建设工程/建工/建设工程质量检测 building_material:建筑材料/建材
environment:生态环境/环境/环境监测/环保 medical_device:医疗器械防护用品/医疗器械 ppe:个体防护装备/劳动防护用品
carbon:碳排放核查/碳核查 cosmetics:化妆品 drug:药品 fire:消防/消防产品 jewelry:珠宝玉石/珠宝 fertilizer:化肥/肥料
ebike:电动自行车及蓄电池/电动自行车 children:儿童用品/儿童玩具 forensic:司法鉴定 other:其他/其它
"""

FIELD_CODES: dict[str, str] = {
    code: words.split("/")[0] for code, _, words in (pair.partition(":") for pair in FIELD_SPEC.split())
}
"""Field code → its Chinese word."""
