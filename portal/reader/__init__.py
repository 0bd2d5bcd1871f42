"""E-books read in the browser: their pages, pictures, marks and files, and who may read them."""
