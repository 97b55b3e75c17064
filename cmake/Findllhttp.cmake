# llhttp::llhttp, the HTTP parser: the system's library where there is one
# (Debian 13, Fedora, Arch, Homebrew), else the sources that Debian 12's package
# node-llhttp installs, compiled here without our warnings.
todo_imported(llhttp::llhttp HEADER llhttp.h LIBRARY llhttp)

if(NOT TARGET llhttp::llhttp)
  find_path(llhttp_SOURCE_DIR api.c PATH_SUFFIXES share/llhttp)
  find_path(llhttp_SOURCE_INCLUDE_DIR llhttp.h
    PATH_SUFFIXES share/include/llhttp)
  mark_as_advanced(llhttp_SOURCE_DIR llhttp_SOURCE_INCLUDE_DIR)
  if(llhttp_SOURCE_DIR AND llhttp_SOURCE_INCLUDE_DIR)
    add_library(llhttp_from_sources STATIC
      ${llhttp_SOURCE_DIR}/api.c
      ${llhttp_SOURCE_DIR}/http.c
      ${llhttp_SOURCE_DIR}/llhttp.c)
    target_include_directories(llhttp_from_sources SYSTEM PUBLIC
      ${llhttp_SOURCE_INCLUDE_DIR})
    # Strict: refuses "Host :" and a bare LF. From 9.0 on that is the default.
    target_compile_definitions(llhttp_from_sources PRIVATE
      LLHTTP_STRICT_MODE=1)
    target_compile_options(llhttp_from_sources PRIVATE -w)
    add_library(llhttp::llhttp ALIAS llhttp_from_sources)
  endif()
endif()

if(TARGET llhttp::llhttp)
  set(llhttp_TARGET llhttp::llhttp)
endif()
find_package_handle_standard_args(llhttp REQUIRED_VARS llhttp_TARGET)
