"""Pages of the portal, drawn with Streamlit."""
