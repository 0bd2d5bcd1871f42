"""Plain language of a search box, read into filters: "buku anak tentang gempa setelah 2015"."""
