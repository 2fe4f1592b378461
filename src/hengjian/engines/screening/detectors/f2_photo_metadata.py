"""F2 – a photograph's own data contradict the report (SUP-15.2)."""

from __future__ import annotations

from hengjian.engines.screening.detector import DAY, Detector, Need, Step

LEAST_DAYS = 2
LEAST_KM = 20.0
LEAST_PEERS = 10
LEAST_OF_KIND = 3
KIND_SHARE = 0.05
EDITORS = "photoshop|lightroom|gimp|美图|醒图|snapseed|picsart|meitu|ps cc"

# The camera's own clock and place; what only the upload says is no evidence.
PICTURES = """
SELECT m.media_id, m.report_id, r.institution_id, r.report_no, r.issued_at, m.subject, m.exif_at,
       m.exif_lon, m.exif_lat, m.camera_sn, m.software, coalesce(r.sampled_at, r.started_at) AS from_at,
       coalesce(r.sampling_ended_at, r.finished_at, r.issued_at) AS to_at, r.sample_lon, r.sample_lat
FROM media m JOIN reports r ON r.report_id = m.report_id
WHERE (m.exif_at IS NOT NULL OR m.exif_lon IS NOT NULL OR m.software IS NOT NULL) AND r.corrects IS NULL
"""

# A camera whose clock is wrong is wrong in every picture: its usual deviation is taken off.
CLOCKS = """
SELECT institution_id, coalesce(camera_sn, '') AS camera, median(hj_epoch(exif_at) - hj_epoch(from_at)) AS usual_s,
       count(*) AS n
FROM pictures WHERE exif_at IS NOT NULL AND from_at IS NOT NULL GROUP BY institution_id, coalesce(camera_sn, '')
"""

STRANGE = f"""
WITH corrected AS (
    SELECT p.*, hj_epoch(p.exif_at)
                - CASE WHEN c.n >= {LEAST_PEERS} AND abs(c.usual_s) > {LEAST_DAYS * DAY} THEN c.usual_s ELSE 0 END
                AS taken_s,
           sqrt(power((p.exif_lat - p.sample_lat) * 111.2, 2)
                + power((p.exif_lon - p.sample_lon) * 111.2 * cos(radians(p.sample_lat)), 2)) AS km
    FROM pictures p
    LEFT JOIN clocks c ON c.institution_id = p.institution_id AND c.camera = coalesce(p.camera_sn, '')
)
SELECT *, 'earlier' AS nature, (hj_epoch(from_at) - taken_s) / {DAY} AS figure FROM corrected
WHERE taken_s < hj_epoch(from_at) - {LEAST_DAYS * DAY}
UNION ALL
SELECT *, 'later', (taken_s - hj_epoch(to_at)) / {DAY} FROM corrected
WHERE taken_s > hj_epoch(to_at) + {LEAST_DAYS * DAY}
UNION ALL
SELECT *, 'place', km FROM corrected
WHERE km > {LEAST_KM} AND abs(exif_lat) + abs(exif_lon) > 1 AND abs(sample_lat) + abs(sample_lon) > 1
UNION ALL
SELECT *, 'edited', CAST(NULL AS DOUBLE) FROM corrected WHERE regexp_matches(lower(software), '{EDITORS}')
"""

HITS = f"""
SELECT s.institution_id, s.institution_id AS subject_id, s.report_id, s.issued_at AS occurred_at,
       CASE WHEN s.nature <> 'edited' AND s.n >= {LEAST_OF_KIND} AND s.n >= {KIND_SHARE} * p.n THEN 'S3' ELSE 'S2' END
           AS level,
       false AS slip, false AS firm, CAST(NULL AS DOUBLE) AS p_value, s.nature, s.report_no, s.media_id, s.subject,
       s.exif_at, s.from_at, s.to_at, s.software, s.camera_sn, round(s.figure, 1) AS figure, s.n AS of_kind
FROM (SELECT x.*, count(*) OVER (PARTITION BY institution_id, nature) AS n FROM strange x) AS s
JOIN population p ON p.institution_id = s.institution_id
QUALIFY row_number() OVER (PARTITION BY s.report_id, s.nature ORDER BY s.figure DESC, s.media_id) = 1
"""

DETECTOR = Detector(
    id="F2",
    version=1,
    name="photo_metadata",
    title="照片的拍摄时间或地点与报告不符",
    meaning="照片文件自身记录的时间、位置与报告所称的采样或检测时间、地点矛盾，照片可能是以前或在别处拍的。",
    violation="SUP-15.2",
    cluster="vehicle",
    kind="hard",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(
            table="media",
            required=("media_id", "report_id"),
            optional=("subject", "exif_at", "exif_lon", "exif_lat", "camera_sn", "software"),
        ),
        Need(
            table="reports",
            required=("report_no", "issued_at"),
            optional=(
                "sampled_at",
                "started_at",
                "finished_at",
                "sampling_ended_at",
                "sample_lon",
                "sample_lat",
                "corrects",
            ),
        ),
    ),
    steps=(
        Step(name="pictures", sql=PICTURES),
        Step(name="clocks", sql=CLOCKS),
        Step(name="strange", sql=STRANGE),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM pictures GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    unit="份照片带有拍摄信息的报告",
    says="报告 {report_no} 的照片 {media_id}：{nature} {figure}，拍摄时间 {exif_at}，报告所载 {from_at} 至 {to_at}",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "情形",
        "media_id": "影像编号",
        "subject": "拍摄内容",
        "exif_at": "照片自记时间",
        "from_at": "报告所载开始",
        "to_at": "报告所载结束",
        "software": "软件标记",
        "camera_sn": "相机序列号",
        "figure": "相差（天或公里）",
        "of_kind": "本机构同类份数",
    },
    words={
        "nature": {
            "earlier": "拍摄早于开始（天）",
            "later": "拍摄晚于结束（天）",
            "place": "拍摄地点相距（公里）",
            "edited": "带有修图软件标记",
        }
    },
    on_site=(
        "调取照片原文件和拍摄设备，核对时间、位置和序列号",
        "核对当日采样或检测人员的行程",
        "查影像上传日志，看是否批量导入",
    ),
    benign=(
        "没有拍摄信息的照片不判断，很多设备会去掉这些信息",
        "相机时钟一贯偏差的已按该相机的通常偏差扣除；时间相差两天以内、地点相距二十公里以内的不计",
        "修图软件标记可能只是压缩或加水印，只作疑问；零星的矛盾也只作疑问",
    ),
)
