"""Django apps, one noun each; may import ui, backends, law, engines, kernel."""
