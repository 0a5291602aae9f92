# Flags of every regatta target: carried by the interface target regatta_flags.
add_library(regatta_flags INTERFACE)
target_compile_options(regatta_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion
  -Wstrict-prototypes -fvisibility=hidden -ffp-contract=off
  $<$<COMPILE_LANGUAGE:C>:-Werror=implicit-function-declaration>
  $<$<BOOL:${REGATTA_WERROR}>:-Werror>
  $<$<BOOL:${REGATTA_NATIVE}>:-march=native>)
target_compile_definitions(regatta_flags INTERFACE _POSIX_C_SOURCE=200809L)

# The C sources of one room and its folders.
function(regatta_room_sources out room)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${room}/*.c)
  set(${out} ${sources} PARENT_SCOPE)
endfunction()
