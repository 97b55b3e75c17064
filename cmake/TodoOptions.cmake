# todo_options: what every source of this project is compiled with.
set(TODO_SANITIZE "" CACHE STRING
    "Sanitizers: address,undefined or thread; empty for none")

option(TODO_PROBES "Build the probes: traces and gates (common/base/probe.h)" ON)

add_library(todo_options INTERFACE)
target_include_directories(todo_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(todo_options INTERFACE
  _POSIX_C_SOURCE=200809L
  _DEFAULT_SOURCE # timegm, SO_REUSEPORT
  $<$<BOOL:${TODO_PROBES}>:TODO_PROBES>
  $<$<PLATFORM_ID:Darwin>:_DARWIN_C_SOURCE>)

target_compile_options(todo_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
  -Wmissing-prototypes -Wold-style-definition -Wwrite-strings -Wcast-qual
  -Wformat=2 -Wundef -Wvla -Wimplicit-fallthrough -Wswitch-enum -Wpointer-arith
  $<$<C_COMPILER_ID:Clang,AppleClang>:-Wthread-safety>)

if(TODO_SANITIZE)
  set(sanitize -fsanitize=${TODO_SANITIZE} -fno-sanitize-recover=all)
  target_compile_options(todo_options INTERFACE
    ${sanitize} -fno-omit-frame-pointer)
  target_link_options(todo_options INTERFACE ${sanitize})
endif()
