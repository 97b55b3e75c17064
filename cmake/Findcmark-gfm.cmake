# cmark-gfm::cmark-gfm, the Markdown parser of GitHub, with its extensions.
todo_imported(cmark-gfm::cmark-gfm HEADER cmark-gfm.h LIBRARY cmark-gfm)
todo_imported(cmark-gfm-extensions::cmark-gfm-extensions
  HEADER cmark-gfm-core-extensions.h LIBRARY cmark-gfm-extensions)
find_package_handle_standard_args(cmark-gfm
  REQUIRED_VARS cmark-gfm_LIBRARY cmark-gfm_INCLUDE_DIR
    cmark-gfm-extensions_LIBRARY cmark-gfm-extensions_INCLUDE_DIR)
