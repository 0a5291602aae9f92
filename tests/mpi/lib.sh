# What the tests of regatta-mpi share, beside ../cli/lib.sh: MPIEXEC and REGATTA_MPI are
# the launcher and the command.
. "$(dirname "$0")/../cli/lib.sh"
# Open MPI: as root, more ranks than processors, shared memory alone. MPICH ignores these.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl=self,vader
export OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_hwloc_base_binding_policy=none
unset DISPLAY

# ranks N ARGUMENTS...: regatta-mpi on N ranks
ranks() {
    n=$1
    shift
    timeout 300 "$MPIEXEC" -n "$n" "$REGATTA_MPI" "$@"
}
