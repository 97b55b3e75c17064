# sodium::sodium, the passwords' hash and the tokens' signature.
todo_imported(sodium::sodium HEADER sodium.h LIBRARY sodium)
find_package_handle_standard_args(sodium
  REQUIRED_VARS sodium_LIBRARY sodium_INCLUDE_DIR)
