# libuv::libuv, the event loop.
todo_imported(libuv::libuv HEADER uv.h LIBRARY uv libuv)
find_package_handle_standard_args(libuv
  REQUIRED_VARS libuv_LIBRARY libuv_INCLUDE_DIR)
