"""How values are written wherever they leave the house."""
