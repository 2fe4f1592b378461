"""Django apps, one noun each: models, services, selectors, policies, views; may import ui, backends, law, engines, kernel."""
