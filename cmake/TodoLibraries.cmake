# Finds the libraries of others. What is missing is named in one sentence,
# together with the command that brings it, and the configuration stops.
include(FindPackageHandleStandardArgs)

# todo_imported(civetweb::civetweb HEADER civetweb.h LIBRARY civetweb)
#
# Makes an imported target of a header and a library. By path, not by the
# package's own CMake or pkg-config file: Debian 12's civetweb has a CMake file
# that fails unless the civetweb program is installed too, cmocka's names its
# target differently from version to version, and llhttp's is not everywhere.
function(todo_imported target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "HEADER" "LIBRARY")
  string(REGEX REPLACE ":.*" "" name ${target})
  find_path(${name}_INCLUDE_DIR ${arg_HEADER})
  find_library(${name}_LIBRARY NAMES ${arg_LIBRARY})
  mark_as_advanced(${name}_INCLUDE_DIR ${name}_LIBRARY)
  if(${name}_INCLUDE_DIR AND ${name}_LIBRARY AND NOT TARGET ${target})
    add_library(${target} UNKNOWN IMPORTED)
    set_target_properties(${target} PROPERTIES
      IMPORTED_LOCATION ${${name}_LIBRARY}
      INTERFACE_INCLUDE_DIRECTORIES ${${name}_INCLUDE_DIR})
  endif()
endfunction()

# todo_package(civetweb out): the package's name on this system, from
# packages.txt; where there are several, the first that apt knows.
function(todo_package name column out)
  file(STRINGS ${CMAKE_SOURCE_DIR}/cmake/packages.txt row 
    REGEX "^[a-z]+ +${name} ")
  string(REGEX REPLACE " +" ";" row "${row}")
  list(GET row ${column} package)
  if(package STREQUAL "-")
    set(package "[${name}: no package here, build it from its source]")
  endif()
  string(REPLACE "|" ";" choices "${package}")
  foreach(package IN LISTS choices)
    execute_process(COMMAND apt-cache show ${package}
      RESULT_VARIABLE unknown OUTPUT_QUIET ERROR_QUIET)
    if(unknown EQUAL 0)
      break()
    endif()
  endforeach()
  set(${out} ${package} PARENT_SCOPE)
endfunction()

# Sets `out` to the command that installs the named rows of packages.txt.
function(todo_install_command names out)
  set(column 2)
  foreach(command "apt-get install" "dnf install" "pacman -S" "brew install")
    math(EXPR column "${column} + 1")
    string(REGEX REPLACE " .*" "" manager ${command})
    find_program(todo_${manager} ${manager})
    mark_as_advanced(todo_${manager})
    if(todo_${manager})
      set(install ${command})
      foreach(name IN LISTS names)
        todo_package(${name} ${column} package)
        string(APPEND install " ${package}")
      endforeach()
      break()
    endif()
  endforeach()
  set(${out} "${install}" PARENT_SCOPE)
endfunction()

set(missing "")
foreach(library civetweb:civetweb libuv:libuv llhttp:llhttp cJSON:cjson
                cmocka:cmocka SQLite3:sqlite CURL:libcurl sodium:sodium)
  string(REPLACE ":" ";" pair ${library})
  list(GET pair 0 find_name)
  list(GET pair 1 row_name)
  find_package(${find_name} QUIET MODULE)
  if(NOT ${find_name}_FOUND)
    list(APPEND missing ${row_name})
  endif()
endforeach()
if(missing)
  todo_install_command("${missing}" command)
  string(REPLACE ";" ", " missing "${missing}")
  message(NOTICE "Not found: ${missing}. Install: ${command}")
  message(FATAL_ERROR "The line above says what is missing; ./learn gets it.")
endif()

# The book alone needs this one: ./learn book gets it.
find_package(cmark-gfm QUIET MODULE)
if(NOT cmark-gfm_FOUND)
  todo_install_command("cmark;cmark-ext" command)
  message(STATUS "Without cmark-gfm there is no book. Install: ${command}")
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
