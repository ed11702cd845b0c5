package dev.tallyworks.example.regions;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** Where countries lie, and the part of an amount that is tax there. */
enum Region {
    EUROPE("0.20", "AT", "DE", "FR", "IT", "ES", "PL"),
    AMERICAS("0.08", "US", "CA", "BR", "MX"),
    ASIA("0.10", "JP", "IN", "CN", "SG");

    private final BigDecimal taxRate;
    private final Set<String> countries;

    Region(String taxRate, String... countries) {
        this.taxRate = new BigDecimal(taxRate);
        this.countries = Set.of(countries);
    }

    static Optional<Region> of(String country) {
        return Arrays.stream(values())
                .filter(region -> region.countries.contains(country))
                .findFirst();
    }

    BigDecimal taxOn(BigDecimal amount) {
        return amount.multiply(taxRate);
    }
}
