# civetweb::civetweb, the HTTP server with a thread per connection.
todo_imported(civetweb::civetweb HEADER civetweb.h LIBRARY civetweb)
find_package_handle_standard_args(civetweb
  REQUIRED_VARS civetweb_LIBRARY civetweb_INCLUDE_DIR)
