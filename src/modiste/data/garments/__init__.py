"""What pictures of garments are labelled with: category, attributes, box, landmarks."""
