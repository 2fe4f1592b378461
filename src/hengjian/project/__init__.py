"""Settings, root URLs, WSGI, command line: the outermost room; may import everything."""
