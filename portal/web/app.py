"""The script that Streamlit runs for every reader and every click.

It stands alone in its folder, because Streamlit puts that folder first on the import path.
"""

from portal.current import services
from portal.views.catalogue import catalogue

if __name__ == "__main__":  # as Streamlit runs it
    catalogue(services())
