"""Similar products: by pictures, by words, by customers in common, by a blend."""
