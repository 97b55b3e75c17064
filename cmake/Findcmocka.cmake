# cmocka::cmocka, the test framework.
todo_imported(cmocka::cmocka HEADER cmocka.h LIBRARY cmocka)
find_package_handle_standard_args(cmocka
  REQUIRED_VARS cmocka_LIBRARY cmocka_INCLUDE_DIR)
