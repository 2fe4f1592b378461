"""When two texts are near, and what a few facts in common say about two leads being one; knows no database."""
