"""Image loading, resizing, augmentation and preprocessing."""
