"""Contract tables about the work done: reports, results, raw data, vehicle tests, pictures."""

from __future__ import annotations

from hengjian.engines.tables.column import table
from hengjian.engines.tables.fields import FIELD_SPEC

VERDICT = """
pass:合格/符合/符合要求/符合规定/合格品/通过
fail:不合格/不符合/不符合要求/不符合规定/未通过
none:仅提供数据/不判定/不作判定/不评价
"""
LIMIT_OP = "<=:≤/不大于/不超过 <:</小于 >=:≥/不小于/不低于 >:>/大于 range:范围"

REPORTS = table(
    "reports",
    "报告",
    """
report_id* id 报告标识 报告ID 报告唯一标识
report_no* text 报告编号 报告书编号 检验报告编号 检测报告编号 报告号
institution_id* id:uscc 统一社会信用代码 社会信用代码 信用代码 机构代码 承检机构代码 检验机构信用代码
site_id id 场所编号
certificate_no id:cma 证书编号 资质认定证书编号 CMA证书编号
field* text 领域 检测领域 业务领域
client_id id 委托方代码 委托单位代码
client_name text 委托单位 委托方 委托人 客户名称
object text 产品名称/样品类别 产品名称 样品名称 样品类别 食品名称 检测对象
sample_id id 样品编号 抽样编号 抽样单编号 样品标识
standard_no id:standard 判定依据 判定标准 依据标准 检验依据
sampled_at ts 抽样时间 采样时间 抽样日期 采样日期
received_at ts 收样时间 收样日期 到样日期 接样日期 送样日期
started_at ts 检测开始 检验开始 检测开始时间 检测开始日期
finished_at ts 检测结束 检验结束 检测结束时间 检测完成时间 检测结束日期
issued_at* ts 签发日期 签发时间 报告日期 报告签发时间 批准日期 报告签发日期 出具日期
sample_lon num 采样经度 经度
sample_lat num 采样纬度 纬度
sampler_id id 采样人 抽样人 采样人编号
tester_id id 主检人 主检 检测人 检验员 主检人编号
reviewer_id id 审核人 审核人编号
signatory_id id 授权签字人 批准人 签发人 授权签字人编号
signatory_text text 签字 签字人姓名
verdict text 结论 检验结论 检测结论 判定结果 总体判定 结果判定
cma_mark bool CMA标志 是否加盖CMA CMA章
retest_of id 复检原报告 复检原报告标识
corrects id 更正原报告 更正原报告标识
file_sha256 text 报告文件摘要
purpose text 检验类别 检验类型 检验目的 任务类别
claims_full bool 是否全项检验 全项检验
institution_text text 报告所载机构名称 检验机构 承检机构 检验机构名称 承检机构名称 检测机构名称
signed_at ts 签名时间
file_created_at ts 报告文件生成时间
uploaded_at ts 上报时间 上传时间 上报日期
sign_mode text 签名方式
esign_serial text 电子签名证书序列号
signature_sha256 text 签名图像摘要
sampling_ended_at ts 采样结束时间
sampler_ids list 采样人员 采样人员编号
sample_gps_m num 定位精度(米) 定位精度
lot_no text 批号 生产批号 样品批号
seal_no text 封样编号 封条编号
sample_weight_g num 样品质量(克) 样品质量
produced_on date 生产日期 加工日期 生产日期/批号 生产(购进)日期
agent_id id 代办人代码
submit_device id 上报设备标识
fee_fen int 检验费用(分) 检验费用（分）
remarks text 备注 说明
""",
    key="report_id",
    codes={
        "field": FIELD_SPEC,
        "verdict": VERDICT,
        "purpose": "client:委托/委托检验 supervision:监督抽查/监督抽检/监督/监督检验/抽检 "
        "retest:复检/复验 pt:能力验证 blind:盲样 qc:质控",
        "sign_mode": "esign:电子签名 wet:手写/手签 stamp:签章/印章",
    },
    synonyms="报告台账 检验报告 检测报告 报告汇总 抽检台账",
)

CLIENTS = table(
    "clients",
    "委托方",
    """
client_id* id 委托方代码 客户编号
name text 委托单位 委托方名称 客户名称
sector text 行业 所属行业
lon num 经度
lat num 纬度
""",
)

RESULTS = table(
    "results",
    "检测结果",
    """
report_id* id 报告标识 报告ID
item_code* id 项目编号 项目代码 参数编号
item_name text 项目名称 检测项目 检验项目 不合格项目 项目 参数 参数名称
method_no id:standard 检测方法 检验方法 方法标准
replicate int 平行号 平行样号
value_text* text 结果 检测结果 检验结果 检测值 检验值 实测值 测定值 结果值 不合格检验值
value num 数值 结果数值
unit text 单位 计量单位 结果单位
limit_op text 限值符号
limit_low num 限值下限 标准下限
limit_high num 限值上限 标准上限
limit_text~ text 标准值 限值 标准要求 限量值 标准限量 技术要求 标准规定 标准指标 标准限值
detection_limit num 检出限 方法检出限
verdict text 单项判定 单项结论 单项评价
instrument_id id 设备编号 仪器编号
tester_id id 检测人 检验员
started_at ts 检测开始 开始时间
finished_at ts 检测结束 结束时间
raw_sha256 text 原始记录摘要
subcontracted bool 是否分包 分包
subcontractor_id id 分包机构代码
formula_id id 计算公式编号
raw_inputs text 计算原始量
""",
    key="report_id item_code replicate",
    codes={"verdict": VERDICT, "limit_op": LIMIT_OP},
    synonyms="结果明细 检测数据 检验结果",
)

RAW_RECORDS = table(
    "raw_records",
    "原始记录",
    """
report_id* id 报告标识
item_code id 项目编号
replicate int 平行号
raw_sha256* text 原始记录摘要
recorded_at ts 记录时间
header_serial_no text 文件头设备编号
injection_no int 进样序号
modified_at ts 修改时间
version int 版本
change_reason text 修改原因
software_version text 软件版本
""",
)

RAW_SERIES = table(
    "raw_series",
    "过程数据",
    """
report_id* id 报告标识
item_code id 项目编号
channel* text 通道
hz num 采样频率(赫兹) 采样频率
values* numlist 数据 数值序列
replicate int 平行号
started_at ts 开始时间
instrument_id id 设备编号
role text 角色
""",
    key="report_id item_code channel replicate instrument_id role",
    codes={
        "role": "sample:样品 blank:空白 calibration:校准 qc:质控",
        "channel": "co_pct:CO co2_pct:CO2 no_ppm:NO hc_ppm:HC rpm:转速 speed_kmh:车速 force_n:力 temp_c:温度 "
        "signal:信号 o2_pct:O2 lambda:过量空气系数 nox_ppm:NOx "
        "opacity_k:光吸收系数 power_kw:功率 torque_nm:扭矩 flow_ls:流量 "
        "oil_temp_c:油温 obd_rpm:OBD转速 ambient_temp_c:环境温度 ambient_rh_pct:环境湿度 ambient_kpa:大气压力",
    },
)

VEHICLE_TESTS = table(
    "vehicle_tests",
    "机动车检验",
    """
report_id* id 报告标识
plate text 号牌号码 车牌号 车牌号码 号牌
plate_kind text 号牌种类 车牌种类
vin text 车辆识别代号 VIN 车架号 车辆识别代码
vehicle_type text 车型 车辆类型
model text 型号 车辆型号 品牌型号
fuel text 燃料 燃料种类 燃料类型
displacement_l num 排量(升) 排量（升） 排量(L)
first_registered_on date 初次登记日期 注册登记日期
odometer_km num 里程表读数(公里) 里程表读数 行驶里程
lane_id id 检测线 检测线编号
method text 检测方法 排放检测方法
obd_vin text OBD车辆识别代号
obd_calid text OBD标定识别码 CALID
obd_cvn text OBD标定校验码 CVN
started_at ts 检测开始 检验开始时间
finished_at ts 检测结束 检验结束时间
attempt int 检验次数 检测次数
test_kind text 检验种类
rated_power_kw num 额定功率 额定功率(kW)
ref_mass_kg num 基准质量 基准质量(kg)
wheelbase_mm num 轴距 轴距(mm)
axles int 轴数
engine_model text 发动机型号
emission_stage text 排放阶段 排放标准
drive text 驱动形式 驱动方式
driver_id id 引车员 引车员编号
obd_protocol text OBD协议
obd_monitor_mask text 就绪监测掩码
obd_ecu_count int ECU数量
obd_km num OBD里程
dtc_clear_km num 清码后里程
iupr list 在用监测频率
repair_no text 维修单号
""",
    codes={
        "method": "asm:稳态工况/稳态工况法 vmas:简易瞬态工况/简易瞬态工况法 transient:瞬态工况/瞬态工况法 "
        "two_idle:双怠速/双怠速法 lugdown:加载减速/加载减速法 free_accel:自由加速/自由加速法",
        "test_kind": "emission:排放/环保检验/排放检验 safety:安全/安全技术检验/安检 performance:综合性能/综检",
    },
    synonyms="机动车检验台账 机动车检测 排放检验",
)

VEHICLES = table(
    "vehicles",
    "车辆登记",
    """
vin* text 车辆识别代号 VIN 车架号
model text 型号 车辆型号
engine_model text 发动机型号
fuel text 燃料 燃料种类
emission_stage text 排放阶段
rated_power_kw num 额定功率
ref_mass_kg num 基准质量
wheelbase_mm num 轴距
axles int 轴数
first_registered_on date 初次登记日期
""",
)

MEDIA = table(
    "media",
    "影像",
    """
media_id* id 影像编号 影像标识
report_id* id 报告标识
kind text 影像类别 类型
subject text 拍摄内容
taken_at ts 拍摄时间
duration_s num 时长(秒) 时长
lon num 经度
lat num 纬度
device_id id 拍摄设备
sha256 text 文件摘要
phash text 感知哈希
pdq text 感知哈希256
exif_at ts 元数据时间
exif_lon num 元数据经度
exif_lat num 元数据纬度
camera_sn text 相机序列号
software text 编辑软件
""",
    codes={"kind": "photo:照片/图片 video:视频/录像"},
)

TABLES_OF_REPORTS = (REPORTS, CLIENTS, RESULTS, RAW_RECORDS, RAW_SERIES, VEHICLE_TESTS, VEHICLES, MEDIA)
