package dev.circlebeam.sample;

/**
 * What the runs of one workflow of a pipeline have in common.
 *
 * @param name the name in the configuration
 * @param setup whether it is the setup workflow of a dynamic configuration
 * @param ordinal position among the pipeline's workflows; reruns share it
 * @param jobs how many jobs it has
 * @param approval position of the approval gate among the jobs, or -1
 * @param maxAutoReruns how often it is rerun by itself, or 0
 */
record WorkflowSpec(
    String name, boolean setup, int ordinal, int jobs, int approval, int maxAutoReruns) {}
