# Runs of regatta-mpi on several ranks of this machine. Their messages go through shared
# memory.
if(TARGET regatta_cli_mpi AND TARGET regatta_cli)
  foreach(name IN ITEMS bytes faults reading)
    add_test(NAME mpi_${name} COMMAND ${CMAKE_COMMAND} -E env
      REGATTA=$<TARGET_FILE:regatta_cli> REGATTA_MPI=$<TARGET_FILE:regatta_cli_mpi>
      MPIEXEC=${MPIEXEC_EXECUTABLE} FAIL_LIBRARY=$<TARGET_FILE:fail_calls>
      sh ${CMAKE_CURRENT_SOURCE_DIR}/mpi/${name}.sh ${CMAKE_SOURCE_DIR}/datasets/debian)
    # Ranks that wait for each other beside other tests take three times as long.
    set_tests_properties(mpi_${name} PROPERTIES TIMEOUT ${REGATTA_TEST_SECONDS} PROCESSORS 2
      ENVIRONMENT "${regatta_test_environment}")
  endforeach()
endif()
