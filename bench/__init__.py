"""What is measured of Vedette, against what, and how: `python -m bench`, see README.md."""
