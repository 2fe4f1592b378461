"""Running legal clocks with their derivation; may import accounts and below."""
