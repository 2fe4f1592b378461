"""The page that officers carry: works without a connection, keeps everything, and is checked again at every sync."""
