"""Reports of illegal acts under their own rule: verification, repeats, rewards; may import leads and below."""
