# Runs of the command itself, tests/cli/*.sh; lib.sh is what they share.
if(TARGET regatta_cli)
  foreach(name IN ITEMS usage inputs bombs splits values path pipes stream histories lists explain hierarchy attention_auto feature_vectors init report candidates threads embed vectors convert_tables quantize prune index
      limits options shells manners names tables evaluate update sequences encoder checkpoint tune side_tables pairs content domains kills denoise shards parts folders
      dislikes events logged exposure)
    add_test(NAME cli_${name} COMMAND ${CMAKE_COMMAND} -E env
      REGATTA=$<TARGET_FILE:regatta_cli>
      sh ${CMAKE_CURRENT_SOURCE_DIR}/cli/${name}.sh)
    set_tests_properties(cli_${name} PROPERTIES TIMEOUT ${REGATTA_TEST_SECONDS}
      ENVIRONMENT "${regatta_test_environment}" SKIP_RETURN_CODE 77)
  endforeach()
  add_test(NAME cli_retrieval COMMAND ${CMAKE_COMMAND} -E env
    REGATTA=$<TARGET_FILE:regatta_cli>
    sh ${CMAKE_CURRENT_SOURCE_DIR}/cli/retrieval.sh)
  set_tests_properties(cli_retrieval PROPERTIES TIMEOUT ${REGATTA_TEST_SECONDS}
    ENVIRONMENT "${regatta_test_environment}")
  # Code 77: scipy is not installed.
  foreach(name IN ITEMS formats convert)
    add_test(NAME cli_${name} COMMAND ${CMAKE_COMMAND} -E env
      REGATTA=$<TARGET_FILE:regatta_cli>
      sh ${CMAKE_CURRENT_SOURCE_DIR}/cli/${name}.sh)
    set_tests_properties(cli_${name} PROPERTIES TIMEOUT ${REGATTA_TEST_SECONDS}
      ENVIRONMENT "${regatta_test_environment}" SKIP_RETURN_CODE 77)
  endforeach()
  # Beside a server of its own; code 77: PostgreSQL is not installed.
  if(REGATTA_POSTGRES AND REGATTA_SQLITE)
    foreach(name IN ITEMS databases postgres nightly)
      add_test(NAME cli_${name} COMMAND ${CMAKE_COMMAND} -E env
        REGATTA=$<TARGET_FILE:regatta_cli>
        sh ${CMAKE_CURRENT_SOURCE_DIR}/with_postgres.sh
          sh ${CMAKE_CURRENT_SOURCE_DIR}/cli/${name}.sh)
      set_tests_properties(cli_${name} PROPERTIES TIMEOUT ${REGATTA_TEST_SECONDS}
        ENVIRONMENT "${regatta_test_environment}" SKIP_RETURN_CODE 77)
    endforeach()
  endif()
  # Some calls of the system fail on demand.
  add_library(fail_calls MODULE cli/fail_calls.c)
  target_link_libraries(fail_calls PRIVATE regatta_flags ${CMAKE_DL_LIBS})
  add_test(NAME cli_outputs COMMAND ${CMAKE_COMMAND} -E env
    REGATTA=$<TARGET_FILE:regatta_cli> FAIL_LIBRARY=$<TARGET_FILE:fail_calls>
    sh ${CMAKE_CURRENT_SOURCE_DIR}/cli/outputs.sh)
  set_tests_properties(cli_outputs PROPERTIES TIMEOUT ${REGATTA_TEST_SECONDS}
    ENVIRONMENT "${regatta_test_environment}")
endif()
