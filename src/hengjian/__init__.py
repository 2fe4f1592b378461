"""衡鉴 Hengjian: the supervision platform for inspection and testing institutions."""
