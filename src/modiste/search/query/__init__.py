"""What a shopper's text asks for, in the words of the shop."""
