"""Floor 4: a derivation as a document, and the document as LaTeX, text, Markdown or JSON."""
