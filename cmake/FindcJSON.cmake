# cJSON::cJSON, the JSON parser. Included as <cjson/cJSON.h>.
todo_imported(cJSON::cJSON HEADER cjson/cJSON.h LIBRARY cjson)
find_package_handle_standard_args(cJSON
  REQUIRED_VARS cJSON_LIBRARY cJSON_INCLUDE_DIR)
