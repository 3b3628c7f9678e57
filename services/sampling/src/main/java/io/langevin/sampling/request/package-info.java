/** What a request asks for, read out of its record: rules, plan, given images, early ends. */
package io.langevin.sampling.request;
