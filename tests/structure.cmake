# Checks of the tree itself: rooms, doors, sizes; words; format; public headers.
set(tests_dir ${CMAKE_CURRENT_SOURCE_DIR})
add_test(NAME structure_rooms COMMAND sh ${tests_dir}/check_rooms.sh ${CMAKE_SOURCE_DIR})
add_test(NAME structure_rooms_selftest COMMAND sh ${tests_dir}/check_rooms_selftest.sh)
add_test(NAME structure_words COMMAND sh ${tests_dir}/check_words.sh ${CMAKE_SOURCE_DIR})
add_test(NAME structure_format
  COMMAND sh ${tests_dir}/check_format.sh ${CMAKE_SOURCE_DIR})
set_tests_properties(structure_format PROPERTIES SKIP_RETURN_CODE 77)

# The binary interface beside its baseline.
add_test(NAME abi_baseline
  COMMAND sh ${CMAKE_SOURCE_DIR}/scripts/abi.sh check $<TARGET_FILE:regatta>)
set_tests_properties(abi_baseline PROPERTIES SKIP_RETURN_CODE 77)

find_program(REGATTA_CXX NAMES c++ g++ clang++)
mark_as_advanced(REGATTA_CXX)
set(cxx ${REGATTA_CXX})
if(NOT cxx)
  set(cxx "")
endif()
add_test(NAME structure_headers COMMAND sh ${tests_dir}/check_headers.sh
  ${CMAKE_C_COMPILER} "${cxx}" ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})

# The hardening of what is installed, in builds that have it.
if(REGATTA_HARDEN AND NOT CMAKE_C_FLAGS MATCHES "-fsanitize=" AND TARGET regatta_cli
    AND CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$")
  add_test(NAME structure_hardening COMMAND sh ${tests_dir}/check_hardening.sh
    ${CMAKE_BINARY_DIR} $<TARGET_FILE:regatta> $<TARGET_FILE:regatta_cli>)
  set_tests_properties(structure_hardening PROPERTIES SKIP_RETURN_CODE 77)
endif()
